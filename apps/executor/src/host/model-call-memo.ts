import { dollars } from '@agentweaver/core/budget/budget-error';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import type { ModelResponse } from '@agentweaver/core/models/model-call';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import {
  beginModelCall,
  findModelCall,
  type ModelCallKey,
  releaseModelCall,
  settleModelCall,
} from '@agentweaver/db/model-call-store';
import { patiently } from '@agentweaver/db/patiently';
import type { Claim } from './wait-key.ts';

/** Which paid call it is, so that a resumed execution finds its answer. */
export type CallKey = Omit<ModelCallKey, 'executionId'>;

export type ModelCallMemo = {
  /** The answer of this very call, when it was made and answered before. */
  find(key: CallKey): Promise<ModelResponse | undefined>;
  /**
   * Notes the call before it is made and sets aside the most that it can cost of the workspace's day. What only calls that
   * run now hold is waited for. Rejects with `budget_exceeded`.
   */
  begin(key: CallKey, call: { model: string; mostUsd: number; forMs: number; signal: AbortSignal }): Promise<void>;
  /** Gives back what was set aside for a call that failed. */
  release(key: CallKey): Promise<void>;
  settle(key: CallKey, response: ModelResponse): Promise<void>;
};

/** How often it is looked whether another execution's call has ended, and how long at the most. In ms. */
const DAY_POLL_MS = 500;
const DAY_WAIT_MS = 120_000;

export const createModelCallMemo = (
  prisma: PrismaClient,
  {
    executionId,
    attemptId,
    workspaceId,
    dayLimitUsd,
    sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  }: Claim & {
    workspaceId: string;
    /** For all executions of the workspace in one UTC day; none when absent. */
    dayLimitUsd: number | undefined;
    sleep?: (ms: number) => Promise<void>;
  },
): ModelCallMemo => {
  const keyOf = (key: CallKey): ModelCallKey => ({ executionId, ...key });
  return {
    find: (key) => findModelCall(prisma, keyOf(key)),
    begin: async (key, { model, mostUsd, forMs, signal }) => {
      const provider = model.slice(0, model.indexOf('/'));
      const day = dayLimitUsd === undefined ? undefined : { workspaceId, limitUsd: dayLimitUsd, mostUsd, forMs };
      for (let waitedMs = 0; ; waitedMs += DAY_POLL_MS) {
        const begun = await beginModelCall(prisma, { key: keyOf(key), provider, model, day });
        if (begun.kind === 'begun') return;
        const isLasting = begun.spentUsd + mostUsd > begun.limitUsd;
        if (isLasting || waitedMs >= DAY_WAIT_MS) throw dayExceeded(begun, mostUsd);
        await sleep(DAY_POLL_MS);
        signal.throwIfAborted();
      }
    },
    release: (key) => releaseModelCall(prisma, keyOf(key)),
    settle: async (key, response) => {
      // It is paid: a database that is away for a moment must not lose it.
      await patiently(() => settleModelCall(prisma, { key: keyOf(key), attemptId, response }));
    },
  };
};

const dayExceeded = (
  { limitUsd, spentUsd, reservedUsd }: { limitUsd: number; spentUsd: number; reservedUsd: number },
  mostUsd: number,
): ExecutionError =>
  new ExecutionError({
    code: 'budget_exceeded',
    message: `This call could cost up to ${dollars(mostUsd)}, but of the ${dollars(limitUsd)} that this workspace may spend a day only ${dollars(Math.max(0, limitUsd - spentUsd - reservedUsd))} is left.`,
    hint: 'It can go on at midnight UTC, or an owner raises the limit of the workspace.',
  });
