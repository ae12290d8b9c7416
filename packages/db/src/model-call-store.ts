import { type ModelResponse, modelResponseSchema } from '@agentweaver/core/models/model-call';
import type { PrismaClient } from './generated/client.ts';
import { jsonColumn } from './json.ts';

/** Which call of an execution it is. The same again when the execution is resumed. */
export type ModelCallKey = {
  executionId: string;
  nodeId: string;
  /** See `iterationSchema`. */
  iteration: string;
  /** From 1. */
  attempt: number;
  /** The node's host calls within the attempt, from 0. */
  callIndex: number;
  /** SHA-256 of the request. */
  requestHash: string;
};

const where = ({ executionId, nodeId, iteration, attempt, callIndex, requestHash }: ModelCallKey) => ({
  executionId_nodeId_iteration_attempt_callIndex_requestHash: {
    executionId,
    nodeId,
    iteration,
    attempt,
    callIndex,
    requestHash,
  },
});

/** The answer of this very call when it was made and paid before. */
export const findModelCall = async (prisma: PrismaClient, key: ModelCallKey): Promise<ModelResponse | undefined> => {
  const row = await prisma.modelCall.findUnique({ where: where(key), select: { response: true, completedAt: true } });
  return row?.completedAt ? modelResponseSchema.parse(row.response) : undefined;
};

/** Notes a call before it is made, so that one that never came back can be seen. Made again after a crash, it stays one row. */
export const beginModelCall = async (
  prisma: PrismaClient,
  { key, provider, model }: { key: ModelCallKey; provider: string; model: string },
): Promise<void> => {
  const { executionId, nodeId, iteration, attempt, callIndex, requestHash } = key;
  await prisma.modelCall.createMany({
    data: { executionId, nodeId, iteration, attempt, callIndex, requestHash, provider, model },
    skipDuplicates: true,
  });
};

/**
 * Keeps the answer and adds its tokens and cost to the step and the execution, once. The answer is kept even when the
 * claim was lost meanwhile, because it was paid: whoever goes on finds it. `owned` says whether it still is ours.
 */
export const settleModelCall = (
  prisma: PrismaClient,
  {
    key,
    attemptId,
    response,
    now = new Date(),
  }: { key: ModelCallKey; attemptId: string; response: ModelResponse; now?: Date },
): Promise<{ owned: boolean }> =>
  prisma.$transaction(async (tx) => {
    const { executionId, nodeId, iteration } = key;
    const { usage, costUsd, model } = response;
    // The execution first: every writer locks it before anything that belongs to it.
    const owner = await tx.$queryRaw<{ attempt_id: string | null; status: string }[]>`
      SELECT attempt_id, status::text FROM executions WHERE id = ${executionId}::uuid FOR UPDATE`;
    if (!owner[0]) return { owned: false };
    const { count } = await tx.modelCall.updateMany({
      where: { ...key, completedAt: null },
      data: {
        response: jsonColumn(response),
        provider: model.split('/')[0],
        model,
        inputTokens: usage.inputTokens,
        outputTokens: usage.outputTokens,
        costUsd,
        completedAt: now,
      },
    });
    if (count > 0) {
      const used = {
        inputTokens: { increment: usage.inputTokens },
        outputTokens: { increment: usage.outputTokens },
      };
      await tx.execution.update({
        where: { id: executionId },
        data: { ...used, totalCostUsd: { increment: costUsd } },
      });
      await tx.executionStep.updateMany({
        where: { executionId, nodeId, iteration },
        data: { ...used, costUsd: { increment: costUsd }, model },
      });
    }
    return { owned: owner[0].attempt_id === attemptId && owner[0].status === 'running' };
  });

/** US dollars that the execution's model calls have cost so far. */
export const spentUsd = async (prisma: PrismaClient, executionId: string): Promise<number> => {
  const { _sum } = await prisma.modelCall.aggregate({ where: { executionId }, _sum: { costUsd: true } });
  return _sum.costUsd?.toNumber() ?? 0;
};

/** US dollars that the workspace's model calls have cost in the UTC day of `now`. */
export const spentTodayUsd = async (
  prisma: PrismaClient,
  { workspaceId, now = new Date() }: { workspaceId: string; now?: Date },
): Promise<number> => {
  const { _sum } = await prisma.modelCall.aggregate({
    where: { execution: { workspaceId }, completedAt: { gte: startOfUtcDay(now) } },
    _sum: { costUsd: true },
  });
  return _sum.costUsd?.toNumber() ?? 0;
};

export const startOfUtcDay = (now: Date): Date =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
