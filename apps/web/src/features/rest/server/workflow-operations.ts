import { requireDefinition } from '@agentweaver/db/require-definition';
import { createWorkflow as storeWorkflow } from '@agentweaver/db/workflow-store';
import { placeNodes } from '../../builder/graph/place-nodes.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { defineOperation } from './operation.ts';
import { readWorkflow } from './read-workflow.ts';
import {
  createWorkflowBody,
  idParams,
  noBody,
  noHeaders,
  noParams,
  noQuery,
  page,
  pageQuery,
  workflowSchema,
  workflowSummarySchema,
} from './schemas.ts';
import { workflowSummaryFields, workflowSummaryView } from './views.ts';

export const listWorkflows = defineOperation({
  method: 'GET',
  path: '/workflows',
  operationId: 'listWorkflows',
  summary: 'List workflows, newest first',
  role: 'viewer',
  params: noParams,
  query: pageQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 200, description: 'One page.', schema: page(workflowSummarySchema) },
  errors: ['bad_request'],
  handle: async ({ services, caller, query }) => {
    const after = decodeCursor(query.cursor);
    const rows = await services.prisma.workflow.findMany({
      where: {
        workspaceId: caller.workspaceId,
        ...(after ? { OR: [{ createdAt: { lt: after.at } }, { createdAt: after.at, id: { lt: after.id } }] } : {}),
      },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: query.limit + 1,
      select: workflowSummaryFields,
    });
    const items = rows.slice(0, query.limit);
    const last = items.at(-1);
    return {
      body: {
        items: items.map(workflowSummaryView),
        next_cursor: rows.length > query.limit && last ? encodeCursor({ at: last.createdAt, id: last.id }) : null,
      },
    };
  },
});

export const createWorkflow = defineOperation({
  method: 'POST',
  path: '/workflows',
  operationId: 'createWorkflow',
  summary: 'Create a workflow',
  description:
    'The definition is checked as a whole; every problem is reported at once, and nothing is kept unless there is none.',
  role: 'editor',
  params: noParams,
  query: noQuery,
  headers: noHeaders,
  body: createWorkflowBody,
  response: { status: 201, description: 'The workflow, with the defaults filled in.', schema: workflowSchema },
  errors: ['invalid_workflow'],
  handle: async ({ services, caller, body }) => {
    const definition = placeNodes(requireDefinition(body.definition));
    const { id } = await storeWorkflow(services.prisma, {
      workspaceId: caller.workspaceId,
      userId: caller.userId,
      name: body.name,
      description: body.description,
      definition,
    });
    const workflow = await readWorkflow(services.prisma, { workspaceId: caller.workspaceId, id });
    return { body: workflow, headers: { Location: `/api/v1/workflows/${id}` } };
  },
});

export const getWorkflow = defineOperation({
  method: 'GET',
  path: '/workflows/{id}',
  operationId: 'getWorkflow',
  summary: 'One workflow with its draft',
  role: 'viewer',
  params: idParams,
  query: noQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 200, description: 'The workflow.', schema: workflowSchema },
  errors: ['not_found'],
  handle: async ({ services, caller, params }) => ({
    body: await readWorkflow(services.prisma, { workspaceId: caller.workspaceId, id: params.id }),
  }),
});
