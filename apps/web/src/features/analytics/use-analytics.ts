'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTRPC } from '../../trpc/client.tsx';
import { useNow } from '../executions/use-now.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { rangeOf } from './period.ts';
import { useAnalyticsFilters } from './use-analytics-filters.ts';

/** Ms between looks at the time, and between two readings of the figures. */
const REFRESH = 60_000;

/** The figures of the period and filters in the address, in the viewer's time zone. */
export const useAnalytics = () => {
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const { filters, setFilters } = useAnalyticsFilters();
  const now = useNow(REFRESH);
  const range = rangeOf(filters.period, now, filters);
  const from = range.from.getTime();
  const to = range.to.getTime();
  const timeZone = useMemo(() => Intl.DateTimeFormat().resolvedOptions().timeZone, []);
  const query = useQuery(
    trpc.analytics.get.queryOptions(
      {
        workspace: slug,
        from: new Date(from),
        to: new Date(to),
        timeZone,
        workflowId: filters.workflow ?? undefined,
        model: filters.model ?? undefined,
      },
      { placeholderData: keepPreviousData, refetchInterval: REFRESH },
    ),
  );
  return { query, filters, setFilters, range, timeZone };
};
