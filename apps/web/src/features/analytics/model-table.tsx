'use client';

import { Anchor } from '@mantine/core';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useFormat } from '../../lib/use-format.ts';
import { useModelName } from '../executions/use-model-name.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import type { ModelUsage } from './analytics-view.ts';
import { executionsHref } from './executions-link.ts';
import type { DateRange } from './period.ts';
import { type UsageColumn, UsageTable } from './usage-table.tsx';

type ModelTableProps = { rows: ModelUsage[]; range: DateRange; workflow: string | null };

export const ModelTable = ({ rows, range, workflow }: ModelTableProps) => {
  const t = useTranslations('analytics');
  const format = useFormat();
  const modelName = useModelName();
  const { slug } = useWorkspace();
  const columns: UsageColumn<ModelUsage>[] = [
    {
      title: t('model'),
      render: ({ model }) => (
        <Anchor component={Link} href={executionsHref(slug, { model, workflow, range })} size="sm" fw={500}>
          {modelName(model)}
        </Anchor>
      ),
    },
    { title: t('calls'), number: true, render: ({ calls }) => format.integer(calls) },
    { title: t('tile.executions'), number: true, render: ({ executions }) => format.integer(executions) },
    { title: t('inputTokens'), number: true, render: ({ inputTokens }) => format.tokens(inputTokens) },
    { title: t('outputTokens'), number: true, render: ({ outputTokens }) => format.tokens(outputTokens) },
    { title: t('tile.cost'), number: true, render: ({ costUsd }) => format.cost(costUsd) },
  ];
  return (
    <UsageTable title={t('byModel')} columns={columns} rows={rows} keyOf={({ model }) => model} empty={t('noModels')} />
  );
};
