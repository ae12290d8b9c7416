import { type ClaimedExecution, claimExecution, claimNextExecution } from '@agentweaver/db/execution-claim';
import { classifyStale } from '@agentweaver/db/execution-state';
import { NotTakenError } from '@agentweaver/db/queue';
import { LRUCache } from 'lru-cache';
import { type ExecutorDependencies, runExecution } from './run-execution.ts';
import type { StartGate } from './start-gate.ts';

export type TakeJob = (
  executionId: string,
  worker: { signal: AbortSignal; isOpen: () => boolean; attempt: number },
) => Promise<void>;

/** So many jobs are remembered as having nothing left to do. */
const MAX_SPENT = 10_000;

/**
 * What a job of the queue leads to. It says that there is work, not which: the executor claims the execution that is next in
 * fairness, and goes on as long as the workspace of the last one has more, whose own jobs may have come while
 * the workspace was at its limit. The job of one that was claimed in that way, when it comes, is spent: it would find
 * nothing, or another's. Where nothing is queued, the execution of the job may have lost its executor, or its time may have come.
 */
export const createTakeJob = (dependencies: ExecutorDependencies & { gate: StartGate }): TakeJob => {
  const { gate } = dependencies;
  const spent = new LRUCache<string, true>({ max: MAX_SPENT });
  return async (executionId, { signal, isOpen, attempt }) => {
    if (spent.delete(`${executionId}-${attempt}`)) return;
    let leave = await gate.enter();
    try {
      // It may have waited for the others to begin.
      if (!isOpen()) throw new NotTakenError();
      let claim = (await claimNext(dependencies)) ?? (await claimStale(dependencies, executionId));
      while (claim) {
        const { workspaceId } = claim.execution;
        const { moreQueued } = await runExecution(dependencies, claim, { shutdown: signal, onWait: leave });
        leave();
        if (!moreQueued) return;
        leave = await gate.enter();
        if (!isOpen()) return;
        claim = await claimNext(dependencies);
        // Of another workspace its job is still needed: for what this one has queued, whose job came while it was at its limit.
        if (claim?.execution.workspaceId === workspaceId) spent.set(jobKey(claim.execution), true);
      }
    } finally {
      leave();
    }
  };
};

/** Of the job that was added before this claim. */
const jobKey = ({ id, attempts }: ClaimedExecution['execution']): string => `${id}-${attempts - 1}`;

const claimNext = async ({ prisma, live, executorId, sandboxes, metrics }: ExecutorDependencies) => {
  for (;;) {
    const claim = await claimNextExecution(prisma, { executorId, sandbox: sandboxes.kind });
    if (claim?.kind !== 'ended') return claim;
    metrics.executionEnded(claim);
    await live.publish(claim.id, { type: 'events', lastSeq: claim.lastSeq, ended: true }).catch(() => undefined);
  }
};

const claimStale = async (
  { prisma, live, executorId, sandboxes, metrics }: ExecutorDependencies,
  id: string,
): Promise<ClaimedExecution | undefined> => {
  const row = await prisma.execution.findUnique({
    where: { id },
    select: {
      status: true,
      losses: true,
      queuedAt: true,
      heartbeatAt: true,
      resumeAt: true,
      cancelRequestedAt: true,
    },
  });
  const staleness = row ? classifyStale(row, new Date()) : 'healthy';
  if (staleness === 'healthy' || staleness === 'not_picked_up') return undefined;
  const claim = await claimExecution(prisma, { id, executorId, sandbox: sandboxes.kind });
  if (claim.kind === 'ended') {
    metrics.executionEnded(claim);
    await live.publish(id, { type: 'events', lastSeq: claim.lastSeq, ended: true });
  }
  return claim.kind === 'claimed' ? claim : undefined;
};
