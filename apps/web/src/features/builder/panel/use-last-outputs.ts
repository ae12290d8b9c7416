'use client';

import { useQueries, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { visibleSteps } from '../graph/visible-steps.ts';
import { useBuilderState, useRunState } from '../state/builder-context.tsx';
import { runsOfNode } from '../state/node-run.ts';

/** What the variable picker shows beside each name: the last run's input, and the outputs of the node's ancestors. */
export const useLastOutputs = (nodeId: string): { outputs: Record<string, unknown>; input: unknown } => {
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const executionId = useRunState((state) => state.executionId);
  const view = useBuilderState((state) => state.view);
  const visible = useMemo(() => visibleSteps(view, nodeId), [view, nodeId]);
  // Of a step with several runs the newest that is known; the picker shows an example, not all of them.
  const wanted = useRunState(
    useShallow((state) =>
      executionId === null
        ? []
        : [...visible].flatMap((id) => {
            const run = runsOfNode(state.steps, id).findLast((step) => step.status === 'completed');
            return run ? [run] : [];
          }),
    ),
  );
  const payload = useQuery(
    trpc.executions.payload.queryOptions(
      { workspace: slug, executionId: executionId ?? '' },
      { enabled: executionId !== null, staleTime: 30_000 },
    ),
  );
  const steps = useQueries({
    queries: wanted.map((step) =>
      trpc.executions.step.queryOptions(
        { workspace: slug, executionId: executionId ?? '', nodeId: step.nodeId, iteration: step.iteration },
        { staleTime: Number.POSITIVE_INFINITY },
      ),
    ),
  });
  return {
    outputs: Object.fromEntries(
      steps.flatMap((step, index) => (step.data ? [[wanted[index]?.nodeId, step.data.output]] : [])),
    ),
    input: payload.data?.input,
  };
};
