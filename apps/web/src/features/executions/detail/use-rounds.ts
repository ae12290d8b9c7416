'use client';

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { isFinished, keyOfStep, type RoundCounts, type StepStatus, type StepView } from '../execution-view.ts';
import type { ExecutionLive } from '../use-execution-live.ts';

type RoundsOf = { executionId: string; counts: RoundCounts; live: ExecutionLive };

/** What has moved since the list was read is known from the live subscription. */
const asNow = (live: ExecutionLive, step: StepView): StepView => live.steps[keyOfStep(step)] ?? step;

/** How often the list asks again while something in it may change, in ms. */
const REFRESH_MS = 2_000;

/** The runs of a node in pages, kept up to date while some of them run. */
export const useRounds = ({ executionId, counts, live }: RoundsOf, status: StepStatus | null) => {
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const query = useInfiniteQuery(
    trpc.executions.rounds.infiniteQueryOptions(
      { workspace: slug, executionId, nodeId: counts.nodeId, ...(status ? { status } : {}) },
      {
        getNextPageParam: ({ nextCursor }) => nextCursor,
        placeholderData: (previous) => previous,
        refetchInterval: live.execution && isFinished(live.execution.status) ? false : REFRESH_MS,
      },
    ),
  );
  const rounds = query.data?.pages.flatMap((page) => page.rounds).map((step) => asNow(live, step)) ?? [];
  return { query, rounds };
};

/** One run of a node, by its iteration, or its `only` one; `null` while it is being read, or when there is none. */
export const useRound = (
  { executionId, nodeId, live }: { executionId: string; nodeId: string; live: ExecutionLive },
  which: { iteration: string } | 'only' | null,
): StepView | null => {
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const iteration = which === null || which === 'only' ? undefined : which.iteration;
  const known = iteration === undefined ? undefined : live.steps[keyOfStep({ nodeId, iteration })];
  const query = useQuery(
    trpc.executions.rounds.queryOptions(
      { workspace: slug, executionId, nodeId, ...(iteration === undefined ? {} : { iteration }) },
      { enabled: which !== null && !known },
    ),
  );
  return known ?? (which === null ? null : (query.data?.rounds[0] ?? null));
};
