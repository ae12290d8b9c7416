'use client';

import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTRPC, useTRPCClient } from '../../../trpc/client.tsx';
import { isFinished } from '../../executions/execution-view.ts';
import { useExecutionLive } from '../../executions/use-execution-live.ts';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useBuilder, useRunState } from '../state/builder-context.tsx';

const keyOf = (workflowId: string): string => `agentweaver.run:${workflowId}`;

/** Remembers the followed run for this tab, so that a reload goes on watching it. */
const useRememberedRun = () => {
  const { runs, workflowId } = useBuilder();
  const { slug } = useWorkspace();
  const client = useTRPCClient();
  useEffect(() => {
    let ended = false;
    const remembered = sessionStorage.getItem(keyOf(workflowId));
    if (remembered !== null) {
      // It may be gone by now, or another workspace's.
      client.executions.get.query({ workspace: slug, executionId: remembered }).then(
        () => {
          if (!ended && runs.getState().executionId === null) runs.getState().follow(remembered);
        },
        () => sessionStorage.removeItem(keyOf(workflowId)),
      );
    }
    const stop = runs.subscribe(({ executionId }, before) => {
      if (executionId === before.executionId) return;
      if (executionId === null) sessionStorage.removeItem(keyOf(workflowId));
      else sessionStorage.setItem(keyOf(workflowId), executionId);
    });
    return () => {
      ended = true;
      stop();
    };
  }, [runs, workflowId, slug, client]);
};

/** Feeds the live states of the followed execution into the run store. Draws nothing, so nothing else re-renders with it. */
export const RunFollower = () => {
  const { runs } = useBuilder();
  const { slug } = useWorkspace();
  useRememberedRun();
  const trpc = useTRPC();
  const queries = useQueryClient();
  const executionId = useRunState((state) => state.executionId);
  const { execution, steps, rounds, waits, deltas } = useExecutionLive(executionId);
  const seen = useRef<Record<string, string>>({});

  useEffect(() => {
    runs.getState().show({ execution, steps, rounds, waits, deltas });
    if (executionId === null) return;
    // A step's stored input and output change with its state; what was read before is old.
    for (const [key, step] of Object.entries(steps)) {
      if (seen.current[key] === `${executionId}:${step.status}`) continue;
      seen.current[key] = `${executionId}:${step.status}`;
      void queries.invalidateQueries(
        trpc.executions.step.queryFilter({
          workspace: slug,
          executionId,
          nodeId: step.nodeId,
          iteration: step.iteration,
        }),
      );
    }
    if (execution && isFinished(execution.status)) {
      void queries.invalidateQueries(trpc.executions.payload.queryFilter({ workspace: slug, executionId }));
    }
  }, [runs, executionId, execution, steps, rounds, waits, deltas, queries, trpc, slug]);
  return null;
};
