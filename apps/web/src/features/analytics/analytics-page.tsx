'use client';

import { Button, Skeleton, Stack, Text } from '@mantine/core';
import { IconChartHistogram, IconSitemap } from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { Page } from '../../components/page.tsx';
import { EmptyState, ErrorState } from '../../components/state-views.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { AnalyticsCharts } from './analytics-charts.tsx';
import { AnalyticsFilterBar } from './analytics-filter-bar.tsx';
import classes from './analytics-page.module.css';
import { ExportMenu } from './export-menu.tsx';
import { ModelTable } from './model-table.tsx';
import { StatTiles } from './stat-tiles.tsx';
import { useAnalytics } from './use-analytics.ts';
import { WorkflowTable } from './workflow-table.tsx';

export const AnalyticsPage = () => {
  const t = useTranslations('analytics');
  const { slug } = useWorkspace();
  const { query, filters, setFilters, range, timeZone } = useAnalytics();
  const { data } = query;
  const unused = data && data.totals.executions === 0 && data.models.length === 0;
  const neverUsed = unused && data.options.models.length === 0 && data.previous.executions === 0;
  const filtered = filters.workflow !== null || filters.model !== null;

  return (
    <Page
      title={t('title')}
      description={t('subtitle')}
      size={1400}
      actions={data && !unused && <ExportMenu data={data} range={range} />}
    >
      <AnalyticsFilterBar
        filters={filters}
        onChange={(change) => void setFilters(change)}
        range={range}
        workflows={data?.options.workflows ?? []}
        models={data?.options.models ?? []}
      />
      {query.isError && !data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : !data ? (
        <Stack aria-busy="true">
          <Skeleton height={104} />
          <div className={classes.charts}>
            <Skeleton height={300} />
            <Skeleton height={300} />
            <Skeleton height={300} />
            <Skeleton height={300} />
          </div>
        </Stack>
      ) : unused ? (
        <EmptyState
          icon={IconChartHistogram}
          title={neverUsed && !filtered ? t('emptyTitle') : t('nothingTitle')}
          action={
            neverUsed && !filtered ? (
              <Button component={Link} href={`/w/${slug}/workflows`} leftSection={<IconSitemap size={16} />}>
                {t('toWorkflows')}
              </Button>
            ) : (
              <Button
                variant="default"
                onClick={() => void setFilters({ period: '90d', from: null, to: null, workflow: null, model: null })}
              >
                {t('showAll')}
              </Button>
            )
          }
        >
          {neverUsed && !filtered ? t('emptyText') : t('nothingText')}
        </EmptyState>
      ) : (
        <div
          className={classes.content}
          data-stale={query.isPlaceholderData || undefined}
          aria-busy={query.isPlaceholderData}
        >
          <StatTiles totals={data.totals} previous={data.previous} />
          <AnalyticsCharts data={data} />
          <WorkflowTable rows={data.workflows} range={range} model={filters.model} />
          <ModelTable rows={data.models} range={range} workflow={filters.workflow} />
          <Text size="xs" c="dimmed">
            {t('timeZone', { timeZone })}
          </Text>
        </div>
      )}
    </Page>
  );
};
