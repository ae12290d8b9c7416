import { listFiles, readFile } from '../../executions/server/execution-files.ts';
import { defineOperation } from './operation.ts';
import { fileQuery, fileSchema, filesSchema, idParams, noBody, noHeaders, noQuery } from './schemas.ts';

export const listFilesOperation = defineOperation({
  method: 'GET',
  path: '/executions/{id}/files',
  operationId: 'listFiles',
  summary: 'The files that the steps have written',
  role: 'viewer',
  params: idParams,
  query: noQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 200, description: 'By path.', schema: filesSchema },
  errors: ['not_found'],
  handle: async ({ services, caller, params }) => {
    const files = await listFiles({ prisma: services.prisma, workspace: { id: caller.workspaceId } }, params.id);
    const items = files.map(({ path, mediaType, size, nodeId }) => ({
      path,
      media_type: mediaType,
      node_id: nodeId,
      size,
    }));
    return { body: { items } };
  },
});

export const getFileOperation = defineOperation({
  method: 'GET',
  path: '/executions/{id}/file',
  operationId: 'getFile',
  summary: 'One file with its content',
  role: 'viewer',
  params: idParams,
  query: fileQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 200, description: 'The file.', schema: fileSchema },
  errors: ['bad_request', 'not_found'],
  handle: async ({ services, caller, params, query }) => {
    const context = { prisma: services.prisma, workspace: { id: caller.workspaceId } };
    const { path, mediaType, base64 } = await readFile(context, { executionId: params.id, path: query.path });
    return { body: { path, media_type: mediaType, content: base64 } };
  },
});
