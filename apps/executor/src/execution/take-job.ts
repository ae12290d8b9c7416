import { type ClaimedExecution, claimExecution, claimNextExecution } from '@agentweaver/db/execution-claim';
import { classifyStale } from '@agentweaver/db/execution-state';
import { type ExecutorDependencies, runExecution } from './run-execution.ts';

/**
 * What a job of the queue leads to. It says that there is work, not which: the executor claims the execution that is next in
 * fairness, and goes on as long as the workspace of the last one has more, whose own jobs may have come while
 * the workspace was at its limit. Where nothing is queued, the execution of the job may have lost its executor, or its
 * time may have come.
 */
export const takeJob = async (
  dependencies: ExecutorDependencies,
  executionId: string,
  worker: { signal: AbortSignal; isClosing: () => boolean },
): Promise<void> => {
  let claim = (await claimNext(dependencies)) ?? (await claimStale(dependencies, executionId));
  while (claim) {
    const { moreQueued } = await runExecution(dependencies, claim, worker.signal);
    claim = moreQueued && !worker.isClosing() ? await claimNext(dependencies) : undefined;
  }
};

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
