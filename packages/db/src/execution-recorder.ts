import type { EngineEvent } from '@agentweaver/core/engine/events';
import { appendEvents, storedEvents, toLogEvent } from './execution-events.ts';
import { applyToSteps, type FindStepNode } from './execution-steps.ts';
import type { PrismaClient } from './generated/client.ts';

export type RecordResult =
  | { kind: 'recorded'; lastSeq: number }
  /** Somebody else owns the execution, or it has ended: stop writing, stop working. */
  | { kind: 'lost' };

/**
 * Writes a batch of the engine's events, in their order: log lines and the step rows that they change, in one transaction.
 * Terminal events are left out, they belong to `finishExecution`. Wakes nobody: the caller publishes
 * `{ type: 'events', lastSeq }` on the live channel after this returns.
 */
export const recordEvents = async (
  prisma: PrismaClient,
  {
    executionId,
    attemptId,
    events,
    findNode,
  }: {
    executionId: string;
    attemptId: string;
    events: readonly EngineEvent[];
    /** For steps in iterations: without it they are logged and get no row. */
    findNode?: FindStepNode;
  },
): Promise<RecordResult> => {
  const stored = storedEvents(events);
  return prisma.$transaction(async (tx) => {
    const lastSeq = await appendEvents(tx, {
      executionId,
      where: { attemptId, status: 'running' },
      events: stored.map(toLogEvent),
    });
    if (lastSeq === undefined) return { kind: 'lost' };
    await applyToSteps(tx, executionId, stored, findNode);
    return { kind: 'recorded', lastSeq };
  });
};
