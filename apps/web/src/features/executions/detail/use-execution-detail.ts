'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { type ExecutionDetail, type ExecutionHead, isFinished, type StepView } from '../execution-view.ts';
import { type ExecutionLive, useExecutionLive } from '../use-execution-live.ts';
import { listSteps } from './list-steps.ts';

export type ExecutionModel = {
  detail: ExecutionDetail;
  /** As the live subscription last told it. */
  head: ExecutionHead;
  stepsById: Readonly<Record<string, StepView>>;
  /** One per node of the definition: what started first, first; then what has not started. */
  steps: StepView[];
  live: ExecutionLive;
};

/** The stored execution, kept up to date by its live subscription. */
export const useExecutionDetail = (executionId: string) => {
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const queryClient = useQueryClient();
  const query = useQuery(
    trpc.executions.get.queryOptions({ workspace: slug, executionId }, { staleTime: Number.POSITIVE_INFINITY }),
  );
  const detail = query.data;
  const live = useExecutionLive(detail ? executionId : null);
  const head = live.execution ?? detail ?? null;

  const finished = head !== null && isFinished(head.status);
  useEffect(() => {
    if (!finished) return;
    void queryClient.invalidateQueries({ queryKey: trpc.executions.list.pathKey() });
  }, [finished, queryClient, trpc]);

  const stepsById = useMemo(
    () => ({ ...Object.fromEntries(detail?.steps.map((step) => [step.nodeId, step]) ?? []), ...live.steps }),
    [detail, live.steps],
  );
  const steps = useMemo(() => (detail ? listSteps(detail.definition, stepsById) : []), [detail, stepsById]);
  const model: ExecutionModel | null = detail && head ? { detail, head, stepsById, steps, live } : null;
  return { query, model };
};
