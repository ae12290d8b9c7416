'use client';

import { Alert, Stack } from '@mantine/core';
import { IconHourglass } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import type { StepView, WaitView } from '../execution-view.ts';
import { WaitCard } from './wait-card.tsx';

/** What the execution waits for, each to be answered here. */
export const WaitList = ({ waits, steps }: { waits: readonly WaitView[]; steps: readonly StepView[] }) => {
  const t = useTranslations('executions.waits');
  const asked = waits.filter(({ kind }) => kind !== 'timer');
  const names = new Map(steps.map(({ nodeId, nodeName }) => [nodeId, nodeName]));
  return (
    <Alert
      color="yellow"
      variant="light"
      icon={<IconHourglass size={20} aria-hidden />}
      title={asked.length > 0 ? t('title', { count: asked.length }) : undefined}
    >
      <Stack gap="md">
        {waits.map((wait) => (
          <WaitCard key={wait.id} wait={wait} stepName={names.get(wait.nodeId) ?? wait.nodeId} />
        ))}
      </Stack>
    </Alert>
  );
};
