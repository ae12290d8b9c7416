'use client';

import { Divider, Group, Paper, Stack, Title } from '@mantine/core';
import { IconHourglass } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { Fragment } from 'react';
import type { StepView, WaitView } from '../execution-view.ts';
import { WaitCard } from './wait-card.tsx';
import classes from './wait-list.module.css';

/** What the execution waits for, each to be answered here. */
export const WaitList = ({ waits, steps }: { waits: readonly WaitView[]; steps: readonly StepView[] }) => {
  const t = useTranslations('executions.waits');
  const asked = waits.filter(({ kind }) => kind !== 'timer').length;
  const names = new Map(steps.map(({ nodeId, nodeName }) => [nodeId, nodeName]));
  return (
    <Paper withBorder className={classes.card} component="section" aria-label={t('label')}>
      {asked > 0 && (
        <Group gap={8} mb="sm">
          <IconHourglass size={20} className={classes.icon} aria-hidden />
          <Title order={2}>{t('title', { count: asked })}</Title>
        </Group>
      )}
      <Stack gap="md">
        {waits.map((wait, index) => (
          <Fragment key={wait.id}>
            {index > 0 && <Divider />}
            <WaitCard wait={wait} stepName={names.get(wait.nodeId) ?? wait.nodeId} />
          </Fragment>
        ))}
      </Stack>
    </Paper>
  );
};
