import { type ExecutionErrorData, executionErrorSchema } from '@agentweaver/core/engine/execution-errors';
import { z } from 'zod';
import type { PrismaClient } from './generated/client.ts';
import { Prisma } from './generated/client.ts';
import { jsonColumn } from './json.ts';

/** Which call of an execution it is. The same again when the execution is resumed. */
export type HostCallKey = {
  executionId: string;
  nodeId: string;
  /** See `iterationSchema`. */
  iteration: string;
  /** From 1. */
  attempt: number;
  /** The step's host calls within the attempt, from 0. */
  callIndex: number;
  /** SHA-256 of method and parameters. */
  requestHash: string;
};

const answerSchema = z.union([
  z.object({ error: executionErrorSchema, retryAfterMs: z.number().optional() }),
  z.object({ value: z.unknown() }),
]);

/** What a call gave: a failure is an answer as well, and the step is told the same one again. */
export type HostCallAnswer = { value: unknown } | { error: ExecutionErrorData; retryAfterMs?: number | undefined };

export type BegunHostCall =
  /** It is noted; make it. */
  | { kind: 'new' }
  /** It was made before; give this. */
  | { kind: 'answered'; answer: HostCallAnswer }
  /** It was begun before, and nobody knows what came of it; or its answer was not kept. */
  | { kind: 'unknown'; ended: boolean }
  /** Somebody else owns the execution: make no call. */
  | { kind: 'lost' };

/** What a call gave that was made before; `undefined` when it was not, or its answer was not kept. */
export const findHostCall = async (prisma: PrismaClient, key: HostCallKey): Promise<HostCallAnswer | undefined> => {
  const row = await prisma.hostCall.findUnique({
    where: { executionId_nodeId_iteration_attempt_callIndex_requestHash: key },
    select: { response: true, completedAt: true },
  });
  return row?.completedAt && row.response !== null ? answerSchema.parse(row.response) : undefined;
};

/** Notes a call before it is made; only one owner of the execution can. */
export const beginHostCall = async (
  prisma: PrismaClient,
  { key, attemptId, method, repeatable }: { key: HostCallKey; attemptId: string; method: string; repeatable: boolean },
): Promise<BegunHostCall> => {
  const { executionId, nodeId, iteration, attempt, callIndex, requestHash } = key;
  const begun = await prisma.$executeRaw`
    INSERT INTO host_calls (execution_id, node_id, iteration, attempt, call_index, request_hash, method, repeatable)
    SELECT id, ${nodeId}, ${iteration}, ${attempt}, ${callIndex}, ${requestHash}, ${method}, ${repeatable}
    FROM executions
    WHERE id = ${executionId}::uuid AND attempt_id = ${attemptId}::uuid AND status = 'running'
    ON CONFLICT DO NOTHING`;
  if (begun > 0) return { kind: 'new' };
  const row = await prisma.hostCall.findUnique({
    where: { executionId_nodeId_iteration_attempt_callIndex_requestHash: key },
    select: { response: true, completedAt: true },
  });
  if (!row) return { kind: 'lost' };
  if (row.completedAt && row.response !== null) return { kind: 'answered', answer: answerSchema.parse(row.response) };
  return { kind: 'unknown', ended: row.completedAt !== null };
};

/**
 * Keeps the answer, also when the claim was lost meanwhile: whoever goes on finds it. `undefined` is one that is too
 * large to be kept: it is noted that the call has ended, and no more.
 */
export const settleHostCall = async (
  prisma: PrismaClient,
  { key, answer, now = new Date() }: { key: HostCallKey; answer: HostCallAnswer | undefined; now?: Date },
): Promise<void> => {
  await prisma.hostCall.updateMany({
    where: { ...key, completedAt: null },
    data: { response: answer === undefined ? Prisma.DbNull : jsonColumn(answer), completedAt: now },
  });
};
