'use client';

import { BarChart, LineChart } from '@mantine/charts';
import { Paper, Title } from '@mantine/core';
import { useLocale, useTranslations } from 'next-intl';
import { type ReactNode, useId, useMemo } from 'react';
import { useFormat } from '../../lib/use-format.ts';
import { useModelName } from '../executions/use-model-name.ts';
import classes from './analytics-charts.module.css';
import type { Analytics } from './analytics-view.ts';
import { bucketLabels, costSeries } from './chart-data.ts';

const HEIGHT = 250;

/** One colour for each of the most expensive models; the others share the last one. */
const MODEL_COLORS = ['weave.6', 'thread.6', 'grape.5', 'orange.5', 'cyan.6', 'pink.5'];

/** Without room above, the topmost label of the axis is pushed down onto the next. */
const MARGIN = { top: 8 };
const BARS = { barCategoryGap: '20%', margin: MARGIN };
const LINES = { margin: MARGIN };

const ChartCard = ({ title, summary, children }: { title: string; summary: string; children: ReactNode }) => {
  const id = useId();
  return (
    <Paper withBorder className={classes.card} component="section" aria-labelledby={id}>
      <Title order={2} id={id} className={classes.title}>
        {title}
      </Title>
      {/* A chart is a picture: what it shows in words is the figure beside the title, and the tables below. */}
      <p className={classes.summary}>{summary}</p>
      {children}
    </Paper>
  );
};

/** The period over time, in hours, days or weeks of the viewer. */
export const AnalyticsCharts = ({ data }: { data: Analytics }) => {
  const t = useTranslations('analytics');
  const locale = useLocale();
  const format = useFormat();
  const modelName = useModelName();
  const labels = useMemo(() => bucketLabels(data.series, data.bucket, locale), [data, locale]);
  const points = useMemo(
    () => data.series.map((point, index) => ({ ...point, at: labels[index] ?? '' })),
    [data, labels],
  );
  const cost = useMemo(() => costSeries(data, labels, MODEL_COLORS.length), [data, labels]);
  const { totals } = data;
  const shared = {
    h: HEIGHT,
    dataKey: 'at',
    gridAxis: 'x',
    tickLine: 'none',
    withLegend: true,
    legendProps: { verticalAlign: 'bottom', itemSorter: null },
    xAxisProps: { minTickGap: 24 },
    yAxisProps: { width: 64 },
  } as const;
  return (
    <div className={classes.charts}>
      <ChartCard title={t('chart.executions')} summary={t('chart.executionsSummary', { count: totals.executions })}>
        <BarChart
          {...shared}
          data={points}
          type="stacked"
          maxBarWidth={36}
          barChartProps={BARS}
          valueFormatter={format.integer}
          yAxisProps={{ ...shared.yAxisProps, allowDecimals: false }}
          series={[
            { name: 'completed', color: 'thread.6', label: t('status.completed') },
            { name: 'failed', color: 'red.6', label: t('status.failed') },
            { name: 'cancelled', color: 'orange.5', label: t('status.cancelled') },
            { name: 'active', color: 'weave.5', label: t('status.active') },
          ]}
        />
      </ChartCard>
      <ChartCard title={t('chart.cost')} summary={format.cost(totals.costUsd)}>
        <BarChart
          {...shared}
          data={cost.points}
          type="stacked"
          maxBarWidth={36}
          barChartProps={BARS}
          valueFormatter={format.cost}
          series={cost.models.map((model, index) => ({
            name: model.key,
            label: model.name === null ? t('chart.otherModels') : modelName(model.name),
            color: model.name === null ? 'gray.5' : (MODEL_COLORS[index] ?? 'gray.5'),
          }))}
        />
      </ChartCard>
      <ChartCard
        title={t('chart.tokens')}
        summary={t('chart.tokensSummary', {
          in: format.tokens(totals.inputTokens),
          out: format.tokens(totals.outputTokens),
        })}
      >
        <BarChart
          {...shared}
          data={points}
          type="stacked"
          maxBarWidth={36}
          barChartProps={BARS}
          valueFormatter={format.tokens}
          series={[
            { name: 'inputTokens', color: 'weave.4', label: t('inputTokens') },
            { name: 'outputTokens', color: 'weave.8', label: t('outputTokens') },
          ]}
        />
      </ChartCard>
      <ChartCard
        title={t('chart.duration')}
        summary={t('chart.durationSummary', {
          median: format.duration(totals.medianMs),
          p95: format.duration(totals.p95Ms),
        })}
      >
        <LineChart
          {...shared}
          data={points}
          curveType="monotone"
          lineChartProps={LINES}
          connectNulls
          strokeWidth={2}
          dotProps={{ r: 2.5 }}
          valueFormatter={format.duration}
          series={[
            { name: 'medianMs', color: 'thread.6', label: t('tile.median') },
            { name: 'p95Ms', color: 'orange.5', label: t('tile.p95') },
          ]}
        />
      </ChartCard>
    </div>
  );
};
