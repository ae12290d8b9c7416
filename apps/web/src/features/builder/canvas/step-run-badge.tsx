'use client';

import { Anchor } from '@mantine/core';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { StatusIcon } from '../../../components/status-badge.tsx';
import { useFormat } from '../../../lib/use-format.ts';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useRunState } from '../state/builder-context.tsx';
import { doneRounds, nodeStatus } from '../state/node-run.ts';
import classes from './step-node.module.css';

/** Where a person answers what a step waits for. */
const WaitLink = ({ nodeId }: { nodeId: string }) => {
  const t = useTranslations('builder.run');
  const { slug } = useWorkspace();
  const executionId = useRunState((state) => state.executionId);
  const wait = useRunState((state) => state.waits.find((one) => one.nodeId === nodeId));
  if (!wait || executionId === null || wait.kind === 'timer') return null;
  const query = new URLSearchParams({ step: nodeId, ...(wait.iteration === '' ? {} : { iteration: wait.iteration }) });
  return (
    <Anchor
      component={Link}
      href={`/w/${slug}/executions/${executionId}?${query}`}
      inherit
      c="inherit"
      fw={700}
      underline="always"
      className="nodrag nopan"
      onClick={(event) => event.stopPropagation()}
    >
      {t(wait.kind === 'budget' ? 'decide' : 'answer')}
    </Anchor>
  );
};

/** What became of a node in the run that the canvas shows: state, how far, time, tokens, cost. */
export const StepRunBadge = ({ nodeId, inline = false }: { nodeId: string; inline?: boolean }) => {
  const t = useTranslations('executions.status');
  const run = useTranslations('builder.run');
  const format = useFormat();
  const step = useRunState((state) => state.steps[nodeId]);
  const rounds = useRunState((state) => state.rounds[nodeId]);
  const kind = useRunState((state) => state.waits.find((one) => one.nodeId === nodeId)?.kind);
  const status = nodeStatus(step, rounds);
  if (!status || status === 'pending') return null;
  const figures = rounds ?? step;
  const tokens = (figures?.inputTokens ?? 0) + (figures?.outputTokens ?? 0);
  const hasRun = status === 'completed' || status === 'failed' || status === 'cancelled';
  return (
    <div className={classes.run} data-status={status} data-inline={inline || undefined}>
      <StatusIcon status={status} size={14} />
      <span>{status === 'waiting' && kind ? run(`waitsFor.${kind}`) : t(status)}</span>
      {status === 'waiting' && <WaitLink nodeId={nodeId} />}
      <span className={classes.figures}>
        {rounds && rounds.total > 1 && (
          <span title={run('roundsHelp', { done: doneRounds(rounds), total: rounds.total })}>
            {format.integer(doneRounds(rounds))}/{format.integer(rounds.total)}
          </span>
        )}
        {rounds && rounds.failed > 0 && rounds.total > 1 && (
          <span className={classes.failedRounds}>{run('failedRounds', { count: rounds.failed })}</span>
        )}
        {!rounds && hasRun && step && step.durationMs !== null && <span>{format.duration(step.durationMs)}</span>}
        {tokens > 0 && <span>{run('tokenUnit', { count: format.tokens(tokens) })}</span>}
        {tokens > 0 && figures && <span>{format.cost(figures.costUsd)}</span>}
      </span>
    </div>
  );
};
