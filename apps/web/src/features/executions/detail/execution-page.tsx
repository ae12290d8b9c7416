'use client';

import { Skeleton, Stack } from '@mantine/core';
import { parseAsString, useQueryStates } from 'nuqs';
import { ErrorState } from '../../../components/state-views.tsx';
import { publicErrorOf } from '../../../trpc/public-error.ts';
import { isFinished } from '../execution-view.ts';
import { ExecutionFiles } from '../files/execution-files.tsx';
import { MessageDiagram } from '../messages/message-diagram.tsx';
import { WaitList } from '../waits/wait-list.tsx';
import { ExecutionErrorCard } from './execution-error-card.tsx';
import { ExecutionFacts } from './execution-facts.tsx';
import { ExecutionGraph } from './execution-graph.tsx';
import { ExecutionHeader } from './execution-header.tsx';
import { ExecutionLog } from './execution-log.tsx';
import { ExecutionNotFound } from './execution-not-found.tsx';
import classes from './execution-page.module.css';
import { ExecutionResults } from './execution-results.tsx';
import { StepAside } from './step-aside.tsx';
import { StepTimeline } from './step-timeline.tsx';
import { useExecutionDetail } from './use-execution-detail.ts';

/** A foreign id and a malformed one say the same: there is no such execution here. */
const ABSENT = new Set(['not_found', 'bad_request']);

export const ExecutionPage = ({ executionId }: { executionId: string }) => {
  const { query, model } = useExecutionDetail(executionId);
  const [{ step: selected, iteration }, setSelected] = useQueryStates({
    step: parseAsString,
    iteration: parseAsString,
  });
  const select = (nodeId: string | null) => void setSelected({ step: nodeId, iteration: null });

  if (query.isError && ABSENT.has(publicErrorOf(query.error)?.code ?? '')) return <ExecutionNotFound />;
  if (query.isError) {
    return (
      <div className={classes.page}>
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      </div>
    );
  }
  if (!model) {
    return (
      <Stack className={classes.page} aria-busy="true">
        <Skeleton height={64} />
        <Skeleton height={76} />
        <Skeleton height={380} />
        <Skeleton height={220} />
      </Stack>
    );
  }

  const { detail, head, steps, rounds, waits, live } = model;
  const step = steps.find(({ nodeId }) => nodeId === selected) ?? null;
  return (
    <div className={classes.page}>
      <ExecutionHeader detail={detail} head={head} connection={live.connection} />
      <div className={classes.columns} data-panel={step !== null || undefined}>
        <div className={classes.main}>
          <ExecutionFacts detail={detail} head={head} steps={steps} />
          {head.error && head.status === 'failed' && (
            <ExecutionErrorCard error={head.error} steps={steps} onShowStep={select} />
          )}
          {waits.length > 0 && <WaitList waits={waits} steps={steps} />}
          {head.status === 'completed' && <ExecutionResults executionId={executionId} />}
          <ExecutionFiles executionId={executionId} head={head} steps={steps} />
          <ExecutionGraph
            definition={detail.definition}
            steps={steps}
            rounds={rounds}
            selected={selected}
            onSelect={select}
          />
          <StepTimeline head={head} steps={steps} selected={selected} onSelect={select} />
        </div>
        <StepAside
          detail={detail}
          step={step}
          live={live}
          steps={steps}
          counts={step ? rounds[step.nodeId] : undefined}
          iteration={iteration}
          onIteration={(next) => void setSelected({ iteration: next })}
          onClose={() => select(null)}
        />
      </div>
      <MessageDiagram executionId={executionId} live={live} steps={steps} />
      <ExecutionLog
        executionId={executionId}
        events={live.events}
        dropped={live.droppedEvents}
        steps={steps}
        running={!isFinished(head.status)}
      />
    </div>
  );
};
