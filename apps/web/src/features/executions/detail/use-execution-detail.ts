'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo } from 'react';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import {
  type ExecutionDetail,
  type ExecutionHead,
  isFinished,
  keyOfStep,
  type RoundCounts,
  type StepView,
  type WaitView,
} from '../execution-view.ts';
import { type ExecutionLive, useExecutionLive } from '../use-execution-live.ts';
import { listSteps } from './list-steps.ts';

export type ExecutionModel = {
  detail: ExecutionDetail;
  /** As the live subscription last told it. */
  head: ExecutionHead;
  /** By `keyOfStep`: top-level steps, and the runs in containers that changed since the page was opened. */
  stepsById: Readonly<Record<string, StepView>>;
  /** One per node: what started first, first; then what has not started. */
  steps: StepView[];
  /** By node id, for nodes with several runs. */
  rounds: Readonly<Record<string, RoundCounts>>;
  /** What it waits for now. */
  waits: readonly WaitView[];
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
    () => ({ ...Object.fromEntries(detail?.steps.map((step) => [keyOfStep(step), step]) ?? []), ...live.steps }),
    [detail, live.steps],
  );
  const rounds = useMemo(
    () => ({ ...Object.fromEntries(detail?.rounds.map((counts) => [counts.nodeId, counts]) ?? []), ...live.rounds }),
    [detail, live.rounds],
  );
  const steps = useMemo(
    () => (detail ? listSteps(detail.definition, { steps: stepsById, rounds }) : []),
    [detail, stepsById, rounds],
  );
  const model: ExecutionModel | null =
    detail && head
      ? { detail, head, steps, rounds, waits: live.execution ? live.waits : detail.waits, stepsById, live }
      : null;
  return { query, model };
};
