'use client';

import { Button, Center, Skeleton, Stack } from '@mantine/core';
import { IconPlus, type TablerIcon } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { EmptyState, ErrorState } from '../../components/state-views.tsx';
import classes from './triggers.module.css';

type TriggerListProps = {
  query: {
    isPending: boolean;
    isError: boolean;
    error: unknown;
    refetch: () => unknown;
    hasNextPage: boolean;
    isFetchingNextPage: boolean;
    fetchNextPage: () => unknown;
  };
  count: number;
  empty: { icon: TablerIcon; title: string; text: string; action: string };
  /** Absent for those who may not. */
  onCreate?: (() => void) | undefined;
  children: ReactNode;
};

/** Schedules or webhooks with what may stand in their place: loading, failed, none. */
export const TriggerList = ({ query, count, empty, onCreate, children }: TriggerListProps) => {
  const t = useTranslations('triggers');
  if (query.isPending)
    return (
      <Stack gap="sm" role="status" aria-label={t('loading')}>
        {['a', 'b', 'c'].map((row) => (
          <Skeleton key={row} height={104} radius="md" />
        ))}
      </Stack>
    );
  if (query.isError && count === 0) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (count === 0)
    return (
      <EmptyState
        icon={empty.icon}
        title={empty.title}
        action={
          onCreate && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={onCreate}>
              {empty.action}
            </Button>
          )
        }
      >
        {empty.text}
      </EmptyState>
    );
  return (
    <>
      <Stack component="ul" gap="sm" className={classes.cards}>
        {children}
      </Stack>
      {query.hasNextPage && (
        <Center mt="md">
          <Button variant="default" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t('loadMore')}
          </Button>
        </Center>
      )}
    </>
  );
};
