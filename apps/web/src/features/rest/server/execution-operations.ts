import { executionNotFound } from '@agentweaver/db/execution-store';
import { cancelExecution } from '../../executions/server/cancel-execution.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { defineOperation } from './operation.ts';
import { readLogs } from './read-logs.ts';
import {
  executionQuery,
  executionSchema,
  executionSummarySchema,
  idParams,
  logsQuery,
  logsSchema,
  noBody,
  noHeaders,
  noParams,
  noQuery,
  page,
  startedSchema,
} from './schemas.ts';
import { executionFields, executionSummaryFields, executionSummaryView, executionView } from './views.ts';

export const listExecutions = defineOperation({
  method: 'GET',
  path: '/executions',
  operationId: 'listExecutions',
  summary: 'List executions, newest first',
  role: 'viewer',
  params: noParams,
  query: executionQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 200, description: 'One page.', schema: page(executionSummarySchema) },
  errors: ['bad_request'],
  handle: async ({ services, caller, query }) => {
    const after = decodeCursor(query.cursor);
    const rows = await services.prisma.execution.findMany({
      where: {
        workspaceId: caller.workspaceId,
        workflowId: query.workflow_id,
        status: query.status,
        ...(after ? { OR: [{ queuedAt: { lt: after.at } }, { queuedAt: after.at, id: { lt: after.id } }] } : {}),
      },
      orderBy: [{ queuedAt: 'desc' }, { id: 'desc' }],
      take: query.limit + 1,
      select: executionSummaryFields,
    });
    const items = rows.slice(0, query.limit);
    const last = items.at(-1);
    return {
      body: {
        items: items.map(executionSummaryView),
        next_cursor: rows.length > query.limit && last ? encodeCursor({ at: last.queuedAt, id: last.id }) : null,
      },
    };
  },
});

export const getExecution = defineOperation({
  method: 'GET',
  path: '/executions/{id}',
  operationId: 'getExecution',
  summary: 'One execution with its results and steps',
  role: 'viewer',
  params: idParams,
  query: noQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 200, description: 'The execution as it stands.', schema: executionSchema },
  errors: ['not_found'],
  handle: async ({ services, caller, params }) => {
    const row = await services.prisma.execution.findFirst({
      where: { id: params.id, workspaceId: caller.workspaceId },
      select: executionFields,
    });
    if (!row) throw executionNotFound();
    return { body: executionView(row) };
  },
});

export const getExecutionLogs = defineOperation({
  method: 'GET',
  path: '/executions/{id}/logs',
  operationId: 'getExecutionLogs',
  summary: 'The log of an execution, oldest first',
  description: 'To follow a running execution, call again with `after` set to `next_cursor` or to the last `seq`.',
  role: 'viewer',
  params: idParams,
  query: logsQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 200, description: 'Log entries.', schema: logsSchema },
  errors: ['bad_request', 'not_found'],
  handle: async ({ services, caller, params, query }) => ({
    body: await readLogs(services.prisma, { workspaceId: caller.workspaceId, executionId: params.id, ...query }),
  }),
});

export const cancelExecutionOperation = defineOperation({
  method: 'POST',
  path: '/executions/{id}/cancel',
  operationId: 'cancelExecution',
  summary: 'Cancel an execution',
  description:
    'A queued execution ends at once; a running one as soon as its executor hears of it. One that has ended stays as it is: `status` says how.',
  role: 'editor',
  params: idParams,
  query: noQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 202, description: 'Asked for, with the state at this moment.', schema: startedSchema },
  errors: ['not_found'],
  handle: async ({ services, caller, params }) => {
    const context = { prisma: services.prisma, live: services.live, workspace: { id: caller.workspaceId } };
    const { status } = await cancelExecution(context, params.id);
    return { body: { execution_id: params.id, status } };
  },
});
