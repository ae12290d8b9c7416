'use client';

import { Skeleton, Text } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { ErrorState } from '../../../components/state-views.tsx';
import type { StepView } from '../execution-view.ts';
import { PayloadView } from '../payload/payload-view.tsx';
import { useStepPayload } from './use-step-payload.ts';

export const StepInput = ({ executionId, step }: { executionId: string; step: StepView }) => {
  const t = useTranslations('executions.step');
  const payload = useStepPayload(executionId, step);
  if (!step.startedAt) {
    return (
      <Text size="sm" c="dimmed">
        {step.status === 'skipped' ? t('skipped') : t('notStarted')}
      </Text>
    );
  }
  if (payload.isError) return <ErrorState error={payload.error} onRetry={() => void payload.refetch()} />;
  if (!payload.data) return <Skeleton height={120} />;
  return <PayloadView value={payload.data.input} fileName={`${step.nodeId}-input`} />;
};
