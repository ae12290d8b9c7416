import { AppError, isAppError } from '@agentweaver/core/errors/app-error';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { type StartExecution, startExecution } from '@agentweaver/db/start-execution';
import { workflowNotFound } from '@agentweaver/db/workflow-store';
import type { z } from 'zod';
import { log } from '../../../server/log.ts';
import { defineOperation } from './operation.ts';
import { executeBody, executeHeaders, idParams, noQuery, startedSchema } from './schemas.ts';

/** A version by number, or by name; without one what is published, or the draft of a workflow that never was. */
const readSource = async (
  prisma: PrismaClient,
  {
    workspaceId,
    workflowId,
    version,
  }: { workspaceId: string; workflowId: string; version: z.output<typeof executeBody>['version'] },
): Promise<StartExecution['source']> => {
  const workflow = await prisma.workflow.findFirst({
    where: { id: workflowId, workspaceId },
    select: {
      publishedVersionId: true,
      versions: { where: { number: typeof version === 'number' ? version : 0 }, select: { id: true } },
    },
  });
  if (!workflow) throw workflowNotFound();
  if (typeof version !== 'number') return version ?? (workflow.publishedVersionId ? 'published' : 'draft');
  const [numbered] = workflow.versions;
  if (!numbered) {
    throw new AppError('not_found', {
      publicMessage: `The workflow has no version ${version}.`,
      problems: [{ field: 'version', message: 'does not exist' }],
    });
  }
  return { versionId: numbered.id };
};

/** The use case speaks of `input`; over REST the field is `input_data`. */
const inRestFields = (error: unknown): unknown => {
  if (!isAppError(error) || error.problems.length === 0) return error;
  return new AppError(error.code, {
    publicMessage: error.publicMessage,
    problems: error.problems.map((problem) => ({
      ...problem,
      field: problem.field.replace(/^input(?=\.|$)/, 'input_data'),
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
    'Answers as soon as the execution is queued. Follow it at `/executions/{id}` (the address in `Location`).',
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
    const source = await readSource(prisma, { workspaceId, workflowId: params.id, version: body.version });
    const started = await startExecution(
      { prisma, queue, onEnqueueError },
      {
        workspaceId,
        workflowId: params.id,
        source,
        input: body.input_data,
        trigger: 'api',
        userId,
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
