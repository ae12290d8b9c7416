'use client';

import { Skeleton, Text } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useLayoutEffect, useRef } from 'react';
import { ErrorState } from '../../../components/state-views.tsx';
import type { StepView } from '../execution-view.ts';
import { PayloadView } from '../payload/payload-view.tsx';
import classes from './step-output.module.css';
import { useStepPayload } from './use-step-payload.ts';

/** The answer as it is being written; keeps to its end. */
const Streamed = ({ text }: { text: string }) => {
  const t = useTranslations('executions.step');
  const box = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls whenever more text has come.
  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [text]);
  return (
    <section ref={box} className={classes.streamed} aria-label={t('streaming')}>
      {text}
      <span className={classes.caret} aria-hidden />
    </section>
  );
};

type StepOutputProps = { executionId: string; step: StepView; streamed: string | undefined };

export const StepOutput = ({ executionId, step, streamed }: StepOutputProps) => {
  const t = useTranslations('executions.step');
  const payload = useStepPayload(executionId, step);
  // A failed step may still have handed something on.
  if (step.status === 'completed' || (step.status === 'failed' && step.ports.length > 0)) {
    if (payload.isError) return <ErrorState error={payload.error} onRetry={() => void payload.refetch()} />;
    if (payload.data) return <PayloadView value={payload.data.output} fileName={`${step.nodeId}-output`} />;
    return streamed ? <Streamed text={streamed} /> : <Skeleton height={120} />;
  }
  if (streamed && step.status === 'running') return <Streamed text={streamed} />;
  return (
    <Text size="sm" c="dimmed">
      {step.status === 'skipped' && t('skipped')}
      {step.status === 'pending' && t('notStarted')}
      {step.status === 'running' && t('running')}
      {step.status === 'waiting' && t('waiting')}
      {step.status === 'failed' && t('noOutputFailed')}
      {step.status === 'cancelled' && t('noOutputCancelled')}
    </Text>
  );
};
