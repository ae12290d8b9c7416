'use client';

import { Button, CloseButton, Group, MultiSelect, Pill, Select, TextInput } from '@mantine/core';
import { DatePickerInput } from '@mantine/dates';
import { useDebouncedCallback, useMounted } from '@mantine/hooks';
import { IconCalendar, IconFilterOff, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import dayjs from 'dayjs';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { EXECUTION_STATUSES, TRIGGERS } from '../execution-view.ts';
import { useModelName } from '../use-model-name.ts';
import classes from './execution-filters.module.css';
import { useExecutionFilters } from './use-execution-filters.ts';

/** After the last keystroke, in ms. */
const SEARCH_DELAY = 300;

const day = (date: Date): string => dayjs(date).format('YYYY-MM-DD');

export const ExecutionFilterBar = () => {
  const t = useTranslations('executions');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const modelName = useModelName();
  const { filters, setFilters, active, clear } = useExecutionFilters();
  const workflows = useQuery(trpc.executions.workflowOptions.queryOptions({ workspace: slug }, { staleTime: 60_000 }));

  const [search, setSearch] = useState(filters.q);
  useEffect(() => setSearch(filters.q), [filters.q]);
  const applySearch = useDebouncedCallback((q: string) => void setFilters({ q: q.trim() || null }), SEARCH_DELAY);

  // `to` is exclusive: the picker shows the last day that is still in.
  // Days are the viewer's, which the server does not know.
  const mounted = useMounted();
  const range: [string | null, string | null] = [
    mounted && filters.from ? day(filters.from) : null,
    mounted && filters.to ? day(new Date(filters.to.getTime() - 1)) : null,
  ];

  return (
    <Group gap="xs" className={classes.bar} role="search" aria-label={t('filters.label')}>
      <TextInput
        className={classes.search}
        placeholder={t('filters.search')}
        aria-label={t('filters.search')}
        leftSection={<IconSearch size={16} />}
        rightSection={
          search !== '' && (
            <CloseButton
              size="sm"
              aria-label={t('filters.clearSearch')}
              onClick={() => {
                setSearch('');
                void setFilters({ q: null });
              }}
            />
          )
        }
        value={search}
        onChange={(event) => {
          setSearch(event.currentTarget.value);
          applySearch(event.currentTarget.value);
        }}
      />
      <MultiSelect
        className={classes.statuses}
        aria-label={t('filters.status')}
        placeholder={filters.status.length === 0 ? t('filters.status') : undefined}
        data={EXECUTION_STATUSES.map((status) => ({ value: status, label: t(`status.${status}`) }))}
        value={filters.status}
        onChange={(values) =>
          void setFilters({ status: EXECUTION_STATUSES.filter((status) => values.includes(status)) })
        }
        clearable
      />
      <Select
        className={classes.select}
        aria-label={t('filters.workflow')}
        placeholder={t('filters.workflow')}
        data={(workflows.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={filters.workflow}
        onChange={(workflow) => void setFilters({ workflow })}
        nothingFoundMessage={t('filters.nothingFound')}
        searchable
        clearable
      />
      <Select
        className={classes.select}
        aria-label={t('filters.trigger')}
        placeholder={t('filters.trigger')}
        data={TRIGGERS.map((trigger) => ({ value: trigger, label: t(`trigger.${trigger}`) }))}
        value={filters.trigger}
        onChange={(value) => void setFilters({ trigger: TRIGGERS.find((trigger) => trigger === value) ?? null })}
        clearable
      />
      <DatePickerInput
        className={classes.dates}
        type="range"
        allowSingleDateInRange
        aria-label={t('filters.dates')}
        placeholder={t('filters.dates')}
        leftSection={<IconCalendar size={16} />}
        valueFormat="YYYY-MM-DD"
        maxDate={day(new Date())}
        value={range}
        onChange={([from, to]) =>
          void setFilters({
            from: from ? dayjs(from).startOf('day').toDate() : null,
            to: to ? dayjs(to).add(1, 'day').startOf('day').toDate() : null,
          })
        }
        clearable
      />
      {filters.model !== null && (
        <Pill
          size="lg"
          withRemoveButton
          removeButtonProps={{ 'aria-label': t('filters.removeModel') }}
          onRemove={() => void setFilters({ model: null })}
        >
          {t('filters.model', { model: modelName(filters.model) })}
        </Pill>
      )}
      {active && (
        <Button
          variant="subtle"
          color="gray"
          leftSection={<IconFilterOff size={16} />}
          onClick={() => {
            setSearch('');
            void clear();
          }}
        >
          {t('filters.clear')}
        </Button>
      )}
    </Group>
  );
};
