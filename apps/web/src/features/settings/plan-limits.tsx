'use client';

import { Progress, SimpleGrid, Text } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useFormat } from '../../lib/use-format.ts';
import { Section } from './section.tsx';

type Plan = {
  /** MiB. */
  maxMemoryMb: number;
  maxConcurrency: number;
  maxExecutionsPerDay: number;
  maxHostCalls: number;
  maxHostCallsPerMinute: number;
  running: number;
  /** Of this UTC day. */
  startedToday: number;
};

type Row = { label: string; value: string; text: string; used?: { count: number; of: number } };

export const PlanLimits = ({ plan }: { plan: Plan }) => {
  const t = useTranslations('settings.plan');
  const format = useFormat();
  const rows: Row[] = [
    {
      label: t('concurrency'),
      value: format.integer(plan.maxConcurrency),
      text: t('concurrencyUsed', { count: plan.running }),
      used: { count: plan.running, of: plan.maxConcurrency },
    },
    {
      label: t('executionsPerDay'),
      value: format.integer(plan.maxExecutionsPerDay),
      text: t('executionsPerDayUsed', { count: plan.startedToday }),
      used: { count: plan.startedToday, of: plan.maxExecutionsPerDay },
    },
    {
      label: t('memory'),
      value: t('memoryValue', { value: format.integer(plan.maxMemoryMb) }),
      text: t('memoryText'),
    },
    { label: t('calls'), value: format.integer(plan.maxHostCalls), text: t('callsText') },
    {
      label: t('callsPerMinute'),
      value: format.integer(plan.maxHostCallsPerMinute),
      text: t('callsPerMinuteText'),
    },
  ];
  return (
    <Section title={t('title')} description={t('description')}>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 3 }} spacing="lg" component="dl" m={0}>
        {rows.map((row) => (
          <PlanRow key={row.label} row={row} />
        ))}
      </SimpleGrid>
    </Section>
  );
};

const PlanRow = ({ row: { label, value, text, used } }: { row: Row }) => (
  <div>
    <Text component="dt" size="xs" c="dimmed">
      {label}
    </Text>
    <Text component="dd" m={0} fz="lg" fw={600}>
      {value}
    </Text>
    <Text component="dd" m={0} size="xs" c="dimmed">
      {text}
    </Text>
    {used ? (
      <Progress
        value={Math.min(100, (100 * used.count) / Math.max(1, used.of))}
        size="xs"
        mt={6}
        color={used.count >= used.of ? 'red' : undefined}
        aria-hidden
      />
    ) : null}
  </div>
);
