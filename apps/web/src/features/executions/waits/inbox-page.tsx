'use client';

import { Anchor, Group, Paper, Skeleton, Stack, Text } from '@mantine/core';
import { IconInbox } from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { Page } from '../../../components/page.tsx';
import { EmptyState, ErrorState } from '../../../components/state-views.tsx';
import { useFormat } from '../../../lib/use-format.ts';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import type { OpenWait } from '../execution-view.ts';
import { useNow } from '../use-now.ts';
import { useOpenWaits } from './use-open-waits.ts';
import { WaitCard } from './wait-card.tsx';

/** Everything that workflows ask people, to be answered where it stands. */
export const InboxPage = () => {
  const t = useTranslations('executions.inbox');
  const query = useOpenWaits();
  return (
    <Page title={t('title')} description={t('subtitle')} size={860}>
      {query.isError && !query.data ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : !query.data ? (
        <Skeleton height={180} />
      ) : query.data.length === 0 ? (
        <EmptyState icon={IconInbox} title={t('emptyTitle')}>
          {t('emptyText')}
        </EmptyState>
      ) : (
        <Stack>
          {query.data.map((open) => (
            <Question key={open.wait.id} open={open} />
          ))}
        </Stack>
      )}
    </Page>
  );
};

const Question = ({ open: { wait, executionId, stepName, workflow } }: { open: OpenWait }) => {
  const t = useTranslations('executions.waits');
  const format = useFormat();
  const now = useNow(30_000);
  const { slug } = useWorkspace();
  return (
    <Paper withBorder p="md" bg="var(--aw-surface)">
      <Group justify="space-between" mb={6}>
        <Anchor component={Link} href={`/w/${slug}/executions/${executionId}?step=${wait.nodeId}`} size="sm" fw={600}>
          {workflow.name}
        </Anchor>
        <Text size="xs" c="dimmed" title={format.dateTime(wait.createdAt)}>
          {format.relativeTime(wait.createdAt, now)}
        </Text>
      </Group>
      <WaitCard wait={wait} stepName={stepName} />
      <Anchor component={Link} href={`/w/${slug}/executions/${executionId}`} size="xs" mt="xs" display="inline-block">
        {t('go')}
      </Anchor>
    </Paper>
  );
};
