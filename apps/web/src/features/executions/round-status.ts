import type { RoundCounts, StepStatus } from './execution-view.ts';

/** How all runs of a node stand together: what still happens counts before what has ended, and a failure before the rest. */
export const statusOfRounds = (counts: RoundCounts): StepStatus => {
  const order = ['running', 'waiting', 'failed', 'completed', 'cancelled', 'skipped'] as const;
  return order.find((status) => counts[status] > 0) ?? 'pending';
};
