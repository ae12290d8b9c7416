import type { ExecutionHead, StepView } from './execution-view.ts';

type Times = Pick<ExecutionHead, 'startedAt' | 'executionTimeMs' | 'activeMs' | 'activeSince'>;

/** Ms that an execution has been running so far, without waiting, or took in all; `null` before it starts. */
export const elapsedMs = ({ startedAt, executionTimeMs, activeMs, activeSince }: Times, now: Date): number | null => {
  if (executionTimeMs !== null) return executionTimeMs;
  if (!startedAt) return null;
  return activeMs + (activeSince ? Math.max(0, now.getTime() - activeSince.getTime()) : 0);
};

/** The same of one step; `null` when it did not run. */
export const stepElapsedMs = (step: StepView, now: Date): number | null => {
  if (step.status === 'pending' || step.status === 'skipped') return null;
  if (step.status === 'running' || step.status === 'waiting')
    return step.startedAt && Math.max(0, now.getTime() - step.startedAt.getTime());
  return step.durationMs;
};

export type Totals = { costUsd: number; inputTokens: number; outputTokens: number };

/** The totals of the row, or the sum of its steps while these are ahead of it. */
export const totalsOf = (head: ExecutionHead, steps: readonly StepView[]): Totals => {
  const sum = { costUsd: 0, inputTokens: 0, outputTokens: 0 };
  for (const step of steps) {
    sum.costUsd += step.costUsd;
    sum.inputTokens += step.inputTokens;
    sum.outputTokens += step.outputTokens;
  }
  return {
    costUsd: Math.max(sum.costUsd, head.totalCostUsd),
    inputTokens: Math.max(sum.inputTokens, head.inputTokens),
    outputTokens: Math.max(sum.outputTokens, head.outputTokens),
  };
};
