import type { EngineEvent } from '@agentweaver/core/engine/events';
import { RECORD_BATCH, type StepCatalog, toBatch } from './execution-batch.ts';
import type { PrismaClient } from './generated/client.ts';
import { onPool, type RunStatement } from './statement.ts';

export type RecordResult =
  | { kind: 'recorded'; lastSeq: number }
  /** Somebody else owns the execution, or it has ended: stop writing, stop working. */
  | { kind: 'lost' };

type Events = {
  executionId: string;
  attemptId: string;
  events: readonly EngineEvent[];
} & StepCatalog;

/**
 * Writes a batch of the engine's events, in their order: log lines and the step rows that they change, in one transaction.
 * Terminal events are left out, they belong to `finishExecution`. Wakes nobody: the caller publishes
 * `{ type: 'events', lastSeq }` on the live channel after this returns.
 */
export const recordEvents = async (prisma: PrismaClient, events: Events): Promise<RecordResult> => {
  const lastSeq = await recordBatch(onPool(prisma), events);
  return lastSeq === undefined ? { kind: 'lost' } : { kind: 'recorded', lastSeq };
};

/** The same as part of a larger write; locks the execution's row. Gives the new `lastSeq`, `undefined` when the claim is lost. */
export const recordBatch = async (
  run: RunStatement,
  { executionId, attemptId, events, ...catalog }: Events,
): Promise<number | undefined> => {
  const batch = toBatch(events, catalog);
  const [row] = await run<{ lastSeq: number }>(RECORD_BATCH, [
    executionId,
    attemptId,
    batch.events,
    batch.steps,
    batch.count,
    batch.progress,
  ]);
  return row?.lastSeq;
};
