'use client';

import { Anchor, Text } from '@mantine/core';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useFormat } from '../../lib/use-format.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { successRate, type WorkflowUsage } from './analytics-view.ts';
import { executionsHref } from './executions-link.ts';
import type { DateRange } from './period.ts';
import { type UsageColumn, UsageTable } from './usage-table.tsx';

type WorkflowTableProps = { rows: WorkflowUsage[]; range: DateRange; model: string | null };

export const WorkflowTable = ({ rows, range, model }: WorkflowTableProps) => {
  const t = useTranslations('analytics');
  const format = useFormat();
  const { slug } = useWorkspace();
  const href = (row: WorkflowUsage, status?: string) =>
    executionsHref(slug, { workflow: row.workflowId, model, status, range });
  const columns: UsageColumn<WorkflowUsage>[] = [
    {
      title: t('workflow'),
      render: (row) =>
        row.name === null ? (
          <Text size="sm" c="dimmed">
            {t('deletedWorkflow')}
          </Text>
        ) : (
          <Anchor component={Link} href={href(row)} size="sm" fw={500}>
            {row.name}
          </Anchor>
        ),
    },
    { title: t('tile.executions'), number: true, render: (row) => format.integer(row.executions) },
    { title: t('tile.successRate'), number: true, render: (row) => format.percent(successRate(row)) },
    {
      title: t('status.failed'),
      number: true,
      render: (row) =>
        row.failed > 0 ? (
          <Anchor component={Link} href={href(row, 'failed')} size="sm" c="red">
            {format.integer(row.failed)}
          </Anchor>
        ) : (
          format.integer(0)
        ),
    },
    { title: t('tile.median'), number: true, render: (row) => format.duration(row.medianMs) },
    { title: t('tile.tokens'), number: true, render: (row) => format.tokens(row.tokens) },
    { title: t('tile.cost'), number: true, render: (row) => format.cost(row.costUsd) },
  ];
  return (
    <UsageTable
      title={t('byWorkflow')}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.workflowId}
      empty={t('noRows')}
    />
  );
};
