'use client';

import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { Page } from '../../../components/page.tsx';
import { ErrorState } from '../../../components/state-views.tsx';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { isUnderWay } from '../execution-view.ts';
import { ExecutionFilterBar } from './execution-filters.tsx';
import { ExecutionsEmpty } from './executions-empty.tsx';
import { ExecutionsSkeleton } from './executions-skeleton.tsx';
import { ExecutionsTable } from './executions-table.tsx';
import { LoadMore } from './load-more.tsx';
import { useExecutionFilters } from './use-execution-filters.ts';

/** How often the list asks again, in ms: while something in it runs, and otherwise for new ones. */
const REFRESH_RUNNING = 2_000;
const REFRESH_IDLE = 15_000;

export const ExecutionsPage = () => {
  const t = useTranslations('executions');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const { filters, active } = useExecutionFilters();
  const query = useInfiniteQuery(
    trpc.executions.list.infiniteQueryOptions(
      {
        workspace: slug,
        statuses: filters.status,
        workflowId: filters.workflow ?? undefined,
        trigger: filters.trigger ?? undefined,
        model: filters.model ?? undefined,
        from: filters.from ?? undefined,
        to: filters.to ?? undefined,
        search: filters.q || undefined,
      },
      {
        getNextPageParam: (page) => page.nextCursor,
        placeholderData: (previous) => previous,
        refetchInterval: ({ state }) =>
          state.data?.pages.some((page) => page.items.some((item) => isUnderWay(item, new Date())))
            ? REFRESH_RUNNING
            : REFRESH_IDLE,
      },
    ),
  );
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <Page title={t('list.title')} description={t('list.subtitle')} size={1400}>
      <ExecutionFilterBar />
      {query.isError && items.length === 0 ? (
        <ErrorState error={query.error} onRetry={() => void query.refetch()} />
      ) : query.isPending ? (
        <ExecutionsSkeleton />
      ) : items.length === 0 ? (
        <ExecutionsEmpty filtered={active} />
      ) : (
        <>
          <ExecutionsTable items={items} stale={query.isPlaceholderData} />
          <LoadMore
            hasMore={query.hasNextPage}
            loading={query.isFetchingNextPage}
            onLoad={() => void query.fetchNextPage()}
          />
        </>
      )}
    </Page>
  );
};
