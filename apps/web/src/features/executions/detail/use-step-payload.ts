'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPCClient } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import type { StepView } from '../execution-view.ts';

/**
 * Input and output of one step, asked for when looked at. A step that moved on is another question,
 * so what was read while it ran is not taken for its end.
 */
export const useStepPayload = (executionId: string, step: StepView) => {
  const client = useTRPCClient();
  const { slug } = useWorkspace();
  return useQuery({
    queryKey: ['execution-step', slug, executionId, step.nodeId, step.iteration, step.status, step.attempts],
    queryFn: ({ signal }) =>
      client.executions.step.query(
        { workspace: slug, executionId, nodeId: step.nodeId, iteration: step.iteration },
        { signal },
      ),
    enabled: step.startedAt !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
};
