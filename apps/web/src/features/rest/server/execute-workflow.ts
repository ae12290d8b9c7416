import { AppError, isAppError } from '@agentweaver/core/errors/app-error';
import type { ExecutionSource } from '@agentweaver/db/execution-source';
import { startExecution } from '@agentweaver/db/start-execution';
import type { z } from 'zod';
import { log } from '../../../server/log.ts';
import { defineOperation } from './operation.ts';
import { executeBody, executeHeaders, idParams, noQuery, startedSchema } from './schemas.ts';

/** A version by number, or by name; without one what is published, or the draft of a workflow that never was. */
const sourceOf = (version: z.output<typeof executeBody>['version']): ExecutionSource =>
  typeof version === 'number' ? { versionNumber: version } : (version ?? 'latest');

/** The use case speaks of `input`; over REST the field is `input_data`. */
const inRestFields = (error: unknown): unknown => {
  if (!isAppError(error) || error.problems.length === 0) return error;
  return new AppError(error.code, {
    publicMessage: error.publicMessage,
    problems: error.problems.map((problem) => ({
      ...problem,
      field: problem.field.replace(/^input(?=\.|$)/, 'input_data').replace(/^startAfter$/, 'start_after'),
    })),
    retryAfterSeconds: error.retryAfterSeconds,
    cause: error,
  });
};

/** The execution is stored and the sweeper queues it within seconds, so the call is not refused. */
const onEnqueueError = (error: unknown, executionId: string): void =>
  log.error({ err: error, executionId }, 'an execution could not be queued at once');

export const executeWorkflow = defineOperation({
  method: 'POST',
  path: '/workflows/{id}/execute',
  operationId: 'executeWorkflow',
  summary: 'Run a workflow',
  description:
    'Answers as soon as the execution is queued, also when it starts later. Follow it at `/executions/{id}` (the address in `Location`).',
  role: 'editor',
  params: idParams,
  query: noQuery,
  headers: executeHeaders,
  body: executeBody,
  response: { status: 202, description: 'The execution is queued.', schema: startedSchema },
  errors: ['not_found', 'invalid_workflow', 'conflict', 'plan_limit', 'unavailable'],
  handle: async ({ services, caller, params, headers, body }) => {
    const { prisma, queue } = services;
    const { workspaceId, userId } = caller;
    const started = await startExecution(
      { prisma, queue, onEnqueueError },
      {
        workspaceId,
        workflowId: params.id,
        source: sourceOf(body.version),
        input: body.input_data,
        trigger: 'api',
        userId,
        priority: body.priority,
        startAfter: body.start_after === undefined ? undefined : new Date(body.start_after),
        idempotencyKey: headers['idempotency-key'],
      },
    ).catch((error: unknown) => {
      throw inRestFields(error);
    });
    return {
      body: { execution_id: started.id, status: started.status },
      headers: {
        Location: `/api/v1/executions/${started.id}`,
        ...(started.replayed ? { 'Idempotency-Replayed': 'true' } : {}),
      },
    };
  },
});
