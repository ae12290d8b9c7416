import { AppError, isAppError } from '@agentweaver/core/errors/app-error';
import { executionNotFound } from '@agentweaver/db/execution-store';
import type { Services } from '../../../server/services.ts';
import { answerWait } from '../../executions/server/answer-wait.ts';
import { rerunExecution } from '../../executions/server/rerun-execution.ts';
import { rerunStep } from '../../executions/server/rerun-step.ts';
import { type Caller, defineOperation } from './operation.ts';
import { answerBody, idParams, noBody, noHeaders, noQuery, rerunBody, startedSchema, waitsSchema } from './schemas.ts';
import { waitView } from './views.ts';

export const listWaits = defineOperation({
  method: 'GET',
  path: '/executions/{id}/waits',
  operationId: 'listWaits',
  summary: 'What an execution waits for',
  role: 'viewer',
  params: idParams,
  query: noQuery,
  headers: noHeaders,
  body: noBody,
  response: { status: 200, description: 'The open ones, oldest first.', schema: waitsSchema },
  errors: ['not_found'],
  handle: async ({ services, caller, params }) => {
    const execution = await services.prisma.execution.findFirst({
      where: { id: params.id, workspaceId: caller.workspaceId },
      select: { waits: { where: { closedAt: null }, orderBy: { createdAt: 'asc' } } },
    });
    if (!execution) throw executionNotFound();
    return { body: { items: execution.waits.map(waitView) } };
  },
});

export const answerWaitOperation = defineOperation({
  method: 'POST',
  path: '/waits/{id}/answer',
  operationId: 'answerWait',
  summary: 'Answer what an execution waits for',
  description: 'The execution goes on. A question that was answered, or whose time is over, is a conflict.',
  role: 'editor',
  params: idParams,
  query: noQuery,
  headers: noHeaders,
  body: answerBody,
  response: { status: 202, description: 'The answer is stored.', schema: startedSchema },
  errors: ['bad_request', 'not_found', 'conflict'],
  handle: async ({ services, caller, params, body }) => {
    const context = { ...startContext(services, caller), live: services.live, user: await readUser(services, caller) };
    const { executionId } = await answerWait(context, { waitId: params.id, answer: body });
    return { body: await started(services, caller, executionId) };
  },
});

export const rerunOperation = defineOperation({
  method: 'POST',
  path: '/executions/{id}/rerun',
  operationId: 'rerunExecution',
  summary: 'Run an execution again, whole or around one step',
  description: 'The same version on the same input, as a new execution.',
  role: 'editor',
  params: idParams,
  query: noQuery,
  headers: noHeaders,
  body: rerunBody,
  response: { status: 202, description: 'The new execution is queued.', schema: startedSchema },
  errors: ['bad_request', 'not_found', 'invalid_workflow', 'plan_limit', 'unavailable'],
  handle: async ({ services, caller, params, body }) => {
    const context = startContext(services, caller);
    const { id } =
      body.node_id === undefined
        ? await rerunExecution(context, { executionId: params.id })
        : await rerunStep(context, {
            executionId: params.id,
            nodeId: body.node_id,
            mode: body.mode ?? 'from',
            ...('output' in body ? { output: { value: body.output } } : {}),
          }).catch(throwAsField);
    return { body: await started(services, caller, id), headers: { location: `/api/v1/executions/${id}` } };
  },
});

const startContext = ({ prisma, queue }: Services, { workspaceId, userId }: Caller) => ({
  prisma,
  queue,
  workspace: { id: workspaceId },
  user: { id: userId },
});

/** What the use case calls `nodeId` is `node_id` here. */
const throwAsField = (error: unknown): never => {
  if (!isAppError(error) || error.problems.length === 0) throw error;
  const problems = error.problems.map(({ field, message }) => ({
    field: field === 'nodeId' ? 'node_id' : field,
    message,
  }));
  throw new AppError(error.code, { publicMessage: error.publicMessage, problems, cause: error });
};

const readUser = async ({ prisma }: Services, { userId }: Caller): Promise<{ id: string; name: string }> => {
  const user = await prisma.user.findUnique({ where: { id: userId }, select: { id: true, name: true } });
  if (!user) throw new AppError('unauthorized', { publicMessage: 'The owner of this token no longer exists.' });
  return user;
};

const started = async ({ prisma }: Services, { workspaceId }: Caller, executionId: string) => {
  const row = await prisma.execution.findFirst({ where: { id: executionId, workspaceId }, select: { status: true } });
  if (!row) throw executionNotFound();
  return { execution_id: executionId, status: row.status };
};
