'use client';

import { useQueries, useQuery } from '@tanstack/react-query';
import { useShallow } from 'zustand/react/shallow';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { upstreamOf } from '../graph/upstream.ts';
import { useBuilderState, useRunState } from '../state/builder-context.tsx';
import { linksOf } from '../state/builder-store.ts';

/** What the variable picker shows beside each name: the last run's input, and the outputs of the node's ancestors. */
export const useLastOutputs = (nodeId: string): { outputs: Record<string, unknown>; input: unknown } => {
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const executionId = useRunState((state) => state.executionId);
  const done = useRunState(
    useShallow((state) =>
      Object.values(state.steps).flatMap((step) => (step.status === 'completed' ? [step.nodeId] : [])),
    ),
  );
  const ancestors = useBuilderState(useShallow((state) => [...upstreamOf(linksOf(state), nodeId)]));
  const wanted = executionId === null ? [] : ancestors.filter((id) => id !== nodeId && done.includes(id));
  const payload = useQuery(
    trpc.executions.payload.queryOptions(
      { workspace: slug, executionId: executionId ?? '' },
      { enabled: executionId !== null, staleTime: 30_000 },
    ),
  );
  const steps = useQueries({
    queries: wanted.map((id) =>
      trpc.executions.step.queryOptions(
        { workspace: slug, executionId: executionId ?? '', nodeId: id, iteration: '' },
        { staleTime: Number.POSITIVE_INFINITY },
      ),
    ),
  });
  return {
    outputs: Object.fromEntries(steps.flatMap((step, index) => (step.data ? [[wanted[index], step.data.output]] : []))),
    input: payload.data?.input,
  };
};
