'use client';

import { useTranslations } from 'next-intl';
import { StatusIcon } from '../../../components/status-badge.tsx';
import { useFormat } from '../../../lib/use-format.ts';
import { useRunState } from '../state/builder-context.tsx';
import classes from './step-node.module.css';

/** What became of a node in the run that the canvas shows: state, time, tokens, cost. */
export const StepRunBadge = ({ nodeId }: { nodeId: string }) => {
  const t = useTranslations('executions.status');
  const run = useTranslations('builder.run');
  const format = useFormat();
  const step = useRunState((state) => state.steps[nodeId]);
  if (!step || step.status === 'pending') return null;
  const tokens = step.inputTokens + step.outputTokens;
  return (
    <div className={classes.run} data-status={step.status}>
      <StatusIcon status={step.status} size={14} />
      <span>{t(step.status)}</span>
      <span className={classes.figures}>
        {step.status !== 'running' && step.durationMs !== null && <span>{format.duration(step.durationMs)}</span>}
        {tokens > 0 && <span>{run('tokenUnit', { count: format.tokens(tokens) })}</span>}
        {step.model !== null && <span>{format.cost(step.costUsd)}</span>}
      </span>
    </div>
  );
};
