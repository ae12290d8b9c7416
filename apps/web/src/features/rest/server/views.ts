import { EXECUTION_ERRORS, executionErrorSchema } from '@agentweaver/core/engine/execution-errors';
import type { Prisma } from '@agentweaver/db/generated/client';
import type { z } from 'zod';
import {
  type executionSchema,
  type executionSummarySchema,
  MAX_STEPS,
  type waitSchema,
  type workflowSummarySchema,
} from './schemas.ts';

/** How rows look over REST: one place for each, snake_case, ISO times, numbers as numbers. */

const iso = (date: Date | null): string | null => date?.toISOString() ?? null;

export const workflowSummaryFields = {
  id: true,
  name: true,
  description: true,
  createdAt: true,
  updatedAt: true,
  publishedVersion: { select: { number: true } },
} satisfies Prisma.WorkflowSelect;

type WorkflowRow = Prisma.WorkflowGetPayload<{ select: typeof workflowSummaryFields }>;

export const workflowSummaryView = (row: WorkflowRow): z.input<typeof workflowSummarySchema> => ({
  id: row.id,
  name: row.name,
  description: row.description,
  published_version: row.publishedVersion?.number ?? null,
  created_at: row.createdAt.toISOString(),
  updated_at: row.updatedAt.toISOString(),
});

export const executionSummaryFields = {
  id: true,
  workflowId: true,
  status: true,
  trigger: true,
  scheduleId: true,
  webhookId: true,
  priority: true,
  startAfter: true,
  error: true,
  executionTimeMs: true,
  totalCostUsd: true,
  inputTokens: true,
  outputTokens: true,
  queuedAt: true,
  startedAt: true,
  completedAt: true,
  version: { select: { number: true } },
} satisfies Prisma.ExecutionSelect;

type ExecutionSummaryRow = Prisma.ExecutionGetPayload<{ select: typeof executionSummaryFields }>;

const readError = (error: unknown) => executionErrorSchema.safeParse(error).data ?? null;

export const executionSummaryView = (row: ExecutionSummaryRow): z.input<typeof executionSummarySchema> => ({
  id: row.id,
  workflow_id: row.workflowId,
  version: row.version.number,
  status: row.status,
  trigger: row.trigger,
  schedule_id: row.scheduleId,
  webhook_id: row.webhookId,
  priority: row.priority,
  start_after: iso(row.startAfter),
  execution_time: row.executionTimeMs,
  total_cost: row.totalCostUsd.toNumber(),
  input_tokens: row.inputTokens,
  output_tokens: row.outputTokens,
  error_message: readError(row.error)?.message ?? null,
  created_at: row.queuedAt.toISOString(),
  started_at: iso(row.startedAt),
  completed_at: iso(row.completedAt),
});

export const executionFields = {
  ...executionSummaryFields,
  input: true,
  results: true,
  steps: { orderBy: [{ startedAt: 'asc' }, { nodeId: 'asc' }, { iteration: 'asc' }], take: MAX_STEPS },
} satisfies Prisma.ExecutionSelect;

type ExecutionRow = Prisma.ExecutionGetPayload<{ select: typeof executionFields }>;

const stepView = (step: ExecutionRow['steps'][number]): z.input<typeof executionSchema>['steps'][number] => ({
  node_id: step.nodeId,
  iteration: step.iteration,
  node_type: step.nodeType,
  name: step.nodeName,
  status: step.status,
  attempts: step.attempts,
  model: step.model,
  reason: step.reason,
  output: step.output,
  input_tokens: step.inputTokens,
  output_tokens: step.outputTokens,
  cost: step.costUsd.toNumber(),
  duration: step.durationMs,
  cpu_time: step.cpuMs,
  memory_peak: step.memoryPeakKib,
  error_message: readError(step.error)?.message ?? null,
  started_at: iso(step.startedAt),
  completed_at: iso(step.completedAt),
});

export const executionView = (row: ExecutionRow): z.input<typeof executionSchema> => {
  const error = readError(row.error);
  return {
    ...executionSummaryView(row),
    input_data: row.input,
    results: row.results,
    error: error && {
      code: error.code,
      message: error.message,
      node_id: error.nodeId ?? null,
      hint: error.hint ?? null,
      fault: EXECUTION_ERRORS[error.code].fault,
    },
    steps: row.steps.map(stepView),
  };
};

type WaitRow = Prisma.WaitGetPayload<Record<string, never>>;

export const waitView = (row: WaitRow): z.input<typeof waitSchema> => ({
  id: row.id,
  execution_id: row.executionId,
  node_id: row.nodeId,
  iteration: row.iteration,
  kind: row.kind,
  request: row.request,
  until: iso(row.until),
  created_at: row.createdAt.toISOString(),
});
