'use client';

import { Group, SegmentedControl, Select } from '@mantine/core';
import { DatePickerInput } from '@mantine/dates';
import { useMounted } from '@mantine/hooks';
import { IconCalendar } from '@tabler/icons-react';
import dayjs from 'dayjs';
import { useTranslations } from 'next-intl';
import { useModelName } from '../executions/use-model-name.ts';
import classes from './analytics-filter-bar.module.css';
import { type DateRange, PERIODS } from './period.ts';
import type { useAnalyticsFilters } from './use-analytics-filters.ts';

type Filters = ReturnType<typeof useAnalyticsFilters>['filters'];

type AnalyticsFilterBarProps = {
  filters: Filters;
  onChange: (change: Partial<Filters>) => void;
  range: DateRange;
  workflows: { id: string; name: string }[];
  models: string[];
};

const day = (date: Date): string => dayjs(date).format('YYYY-MM-DD');

export const AnalyticsFilterBar = ({ filters, onChange, range, workflows, models }: AnalyticsFilterBarProps) => {
  const t = useTranslations('analytics');
  const modelName = useModelName();
  const mounted = useMounted();
  // A filter from a link may name what is not in the list (any more): it must still be shown and removable.
  const workflowOptions = workflows.map(({ id, name }) => ({ value: id, label: name }));
  if (filters.workflow && !workflows.some(({ id }) => id === filters.workflow)) {
    workflowOptions.push({ value: filters.workflow, label: t('deletedWorkflow') });
  }
  const modelOptions = filters.model && !models.includes(filters.model) ? [...models, filters.model] : models;
  return (
    <Group gap="xs" role="search" aria-label={t('filters')}>
      <SegmentedControl
        className={classes.periods}
        aria-label={t('period.label')}
        value={filters.period}
        onChange={(value) => {
          const period = PERIODS.find((one) => one === value) ?? '7d';
          // Custom starts from what was shown.
          onChange(period === 'custom' ? { period, from: range.from, to: range.to } : { period, from: null, to: null });
        }}
        data={PERIODS.map((period) => ({ value: period, label: t(`period.${period}`) }))}
      />
      {filters.period === 'custom' && (
        <DatePickerInput
          key={`${range.from.getTime()}-${range.to.getTime()}-${mounted}`}
          className={classes.dates}
          type="range"
          allowSingleDateInRange
          aria-label={t('period.dates')}
          leftSection={<IconCalendar size={16} />}
          valueFormat="YYYY-MM-DD"
          maxDate={day(new Date())}
          // `to` is exclusive: the picker shows the last day that is still in.
          // Days are the viewer's, which the server does not know.
          defaultValue={mounted ? [day(range.from), day(new Date(range.to.getTime() - 1))] : [null, null]}
          onChange={([from, to]) => {
            if (!from || !to) return;
            onChange({
              from: dayjs(from).startOf('day').toDate(),
              to: dayjs(to).add(1, 'day').startOf('day').toDate(),
            });
          }}
        />
      )}
      <Select
        className={classes.select}
        aria-label={t('workflow')}
        placeholder={t('anyWorkflow')}
        data={workflowOptions}
        value={filters.workflow}
        onChange={(workflow) => onChange({ workflow })}
        searchable
        clearable
      />
      <Select
        className={classes.select}
        aria-label={t('model')}
        placeholder={t('anyModel')}
        data={modelOptions.map((model) => ({ value: model, label: modelName(model) }))}
        value={filters.model}
        onChange={(model) => onChange({ model })}
        searchable
        clearable
      />
    </Group>
  );
};
