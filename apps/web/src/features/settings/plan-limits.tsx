'use client';

import { SimpleGrid, Text } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useFormat } from '../../lib/use-format.ts';
import { Section } from './section.tsx';

/** Memory in MiB. */
type Plan = { maxMemoryMb: number; maxConcurrency: number; maxExecutionsPerDay: number };

export const PlanLimits = ({ plan }: { plan: Plan }) => {
  const t = useTranslations('settings.plan');
  const format = useFormat();
  const rows = [
    { label: t('memory'), value: t('memoryValue', { value: format.integer(plan.maxMemoryMb) }) },
    { label: t('concurrency'), value: format.integer(plan.maxConcurrency) },
    { label: t('executionsPerDay'), value: format.integer(plan.maxExecutionsPerDay) },
  ];
  return (
    <Section title={t('title')} description={t('description')}>
      <SimpleGrid cols={{ base: 1, xs: 3 }} component="dl" m={0}>
        {rows.map(({ label, value }) => (
          <div key={label}>
            <Text component="dt" size="xs" c="dimmed">
              {label}
            </Text>
            <Text component="dd" m={0} fz="lg" fw={600}>
              {value}
            </Text>
          </div>
        ))}
      </SimpleGrid>
    </Section>
  );
};
