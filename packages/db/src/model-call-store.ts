import { type ModelResponse, modelResponseSchema } from '@agentweaver/core/models/model-call';
import type { PrismaTransaction } from './client.ts';
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

/** Of a key that may carry more. */
const keyColumns = ({ executionId, nodeId, iteration, attempt, callIndex, requestHash }: ModelCallKey) => ({
  executionId,
  nodeId,
  iteration,
  attempt,
  callIndex,
  requestHash,
});

const where = (key: ModelCallKey) => ({
  executionId_nodeId_iteration_attempt_callIndex_requestHash: keyColumns(key),
});

/** The answer of this very call when it was made and paid before. */
export const findModelCall = async (prisma: PrismaClient, key: ModelCallKey): Promise<ModelResponse | undefined> => {
  const row = await prisma.modelCall.findUnique({ where: where(key), select: { response: true, completedAt: true } });
  return row?.completedAt ? modelResponseSchema.parse(row.response) : undefined;
};

/** What a call may cost the workspace, and what it may cost in one day. US dollars. */
export type DayLimit = {
  workspaceId: string;
  limitUsd: number;
  mostUsd: number;
  /** How long the call can take; after that what was set aside is free again. */
  forMs: number;
};

export type BegunModelCall =
  | { kind: 'begun' }
  /** It was not noted: what was spent today and what calls that run now have set aside leave too little. */
  | { kind: 'day_limit'; limitUsd: number; spentUsd: number; reservedUsd: number };

/**
 * Notes a call before it is made, so that one that never came back can be seen. Made again after a crash, it stays one
 * row. With `day`, the most that it can cost is set aside in the same transaction; calls of one workspace do this one
 * after another, so no number of executions and executors can pass the limit together.
 */
export const beginModelCall = (
  prisma: PrismaClient,
  { key, provider, model, day }: { key: ModelCallKey; provider: string; model: string; day?: DayLimit | undefined },
): Promise<BegunModelCall> =>
  prisma.$transaction(async (tx): Promise<BegunModelCall> => {
    let reservation: { reservedUsd: number; reservedUntil: Date | null } = { reservedUsd: 0, reservedUntil: null };
    if (day && day.mostUsd > 0) {
      // A lock of its own: nobody who holds another lock waits for it.
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${`model-day:${day.workspaceId}`}, 0))`;
      const { spentUsd, reservedUsd, now } = await readDay(tx, { workspaceId: day.workspaceId, except: key });
      if (spentUsd + reservedUsd + day.mostUsd > day.limitUsd) {
        return { kind: 'day_limit', limitUsd: day.limitUsd, spentUsd, reservedUsd };
      }
      reservation = { reservedUsd: day.mostUsd, reservedUntil: new Date(now.getTime() + day.forMs) };
    }
    await tx.modelCall.upsert({
      where: where(key),
      create: { ...keyColumns(key), provider, model, ...reservation },
      update: { provider, model, ...reservation },
    });
    return { kind: 'begun' };
  });

/** Gives back what was set aside for a call that failed. */
export const releaseModelCall = async (prisma: PrismaClient, key: ModelCallKey): Promise<void> => {
  await prisma.modelCall.updateMany({
    where: { ...keyColumns(key), completedAt: null },
    data: { reservedUsd: 0, reservedUntil: null },
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
      where: { ...keyColumns(key), completedAt: null },
      data: {
        response: jsonColumn(response),
        provider: model.split('/')[0],
        model,
        inputTokens: usage.inputTokens,
        outputTokens: usage.outputTokens,
        costUsd,
        reservedUsd: 0,
        reservedUntil: null,
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

/** What one run of a step has used of models. */
export type StepUsage = {
  nodeId: string;
  iteration: string;
  usd: number;
  tokens: number;
  /** Begun ones, without those that the response cache answered. */
  modelCalls: number;
  seconds: number;
};

/** By step, what an execution's model calls have used so far. */
export const readModelUsage = (prisma: PrismaClient, executionId: string): Promise<StepUsage[]> =>
  prisma.$queryRaw<StepUsage[]>`
    SELECT node_id AS "nodeId", iteration,
      sum(cost_usd)::float8 AS usd,
      sum(input_tokens + output_tokens)::float8 AS tokens,
      (count(*) FILTER (WHERE response IS NULL OR response->>'cached' IS DISTINCT FROM 'true'))::float8 AS "modelCalls",
      coalesce(sum((response->>'durationMs')::float8), 0) / 1000 AS seconds
    FROM model_calls WHERE execution_id = ${executionId}::uuid
    GROUP BY node_id, iteration`;

export type DaySpend = {
  /** By calls that have ended. */
  spentUsd: number;
  /** By calls that run now, at most. */
  reservedUsd: number;
  /** The database's time. */
  now: Date;
};

/** US dollars that the workspace's model calls cost in the UTC day. */
export const readDay = async (
  tx: PrismaTransaction,
  { workspaceId, except, now: givenNow }: { workspaceId: string; except?: ModelCallKey; now?: Date },
): Promise<DaySpend> => {
  const [clock] = await tx.$queryRaw<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
  const now = givenNow ?? clock?.now ?? new Date();
  const ofWorkspace = { execution: { workspaceId } };
  const [spent, reserved] = [
    await tx.modelCall.aggregate({
      where: { ...ofWorkspace, completedAt: { gte: startOfUtcDay(now) } },
      _sum: { costUsd: true },
    }),
    await tx.modelCall.aggregate({
      where: {
        ...ofWorkspace,
        completedAt: null,
        reservedUntil: { gt: now },
        ...(except ? { NOT: keyColumns(except) } : {}),
      },
      _sum: { reservedUsd: true },
    }),
  ];
  return {
    spentUsd: spent._sum.costUsd?.toNumber() ?? 0,
    reservedUsd: reserved._sum.reservedUsd?.toNumber() ?? 0,
    now,
  };
};

export const startOfUtcDay = (now: Date): Date =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
