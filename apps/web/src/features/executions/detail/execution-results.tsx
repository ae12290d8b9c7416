'use client';

import { Group, Paper, SegmentedControl, Skeleton, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ErrorState } from '../../../components/state-views.tsx';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { PayloadView } from '../payload/payload-view.tsx';

/** What came out, on top of everything else; what went in, one click away. */
export const ExecutionResults = ({ executionId }: { executionId: string }) => {
  const t = useTranslations('executions.results');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const [side, setSide] = useState<'results' | 'input'>('results');
  // Asked anew when shown: what was read while it ran has no results.
  const payload = useQuery(
    trpc.executions.payload.queryOptions(
      { workspace: slug, executionId },
      { staleTime: 0, refetchOnWindowFocus: false },
    ),
  );
  return (
    <Paper withBorder p="md" bg="var(--aw-surface)" component="section" aria-labelledby="execution-results">
      <Group justify="space-between" mb="sm">
        <Title order={2} id="execution-results">
          {t(side)}
        </Title>
        <SegmentedControl
          size="xs"
          value={side}
          onChange={(value) => setSide(value === 'input' ? 'input' : 'results')}
          data={[
            { value: 'results', label: t('results') },
            { value: 'input', label: t('input') },
          ]}
          aria-label={t('which')}
        />
      </Group>
      {payload.isError ? (
        <ErrorState error={payload.error} onRetry={() => void payload.refetch()} />
      ) : payload.data && payload.isFetchedAfterMount ? (
        <PayloadView key={side} value={payload.data[side]} fileName={`${side}-${executionId}`} />
      ) : (
        <Skeleton height={120} />
      )}
    </Paper>
  );
};
