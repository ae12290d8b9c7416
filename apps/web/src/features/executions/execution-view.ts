import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import type { LogLevel } from '@agentweaver/core/engine/events';
import type { ExecutionErrorCode, ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';

/** Shapes that cross from the server to the browser. Dates are dates (superjson), money is a number of US dollars. */

export type ExecutionStatus = 'queued' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled';
export type StepStatus = 'pending' | 'running' | 'completed' | 'failed' | 'skipped' | 'cancelled';
export type Trigger = 'manual' | 'api' | 'sample' | 'webhook' | 'schedule' | 'chat';

export const EXECUTION_STATUSES = [
  'queued',
  'running',
  'waiting',
  'completed',
  'failed',
  'cancelled',
] as const satisfies readonly ExecutionStatus[];

export const TRIGGERS = [
  'manual',
  'api',
  'sample',
  'webhook',
  'schedule',
  'chat',
] as const satisfies readonly Trigger[];

/** The part of an execution that changes while it runs. */
export type ExecutionHead = {
  id: string;
  status: ExecutionStatus;
  queuedAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
  /** Ms, once it ended. */
  executionTimeMs: number | null;
  totalCostUsd: number;
  inputTokens: number;
  outputTokens: number;
  error: ExecutionErrorData | null;
  /** `docker` or `process`, once claimed. */
  sandbox: string | null;
  /** Claims so far; more than 1 when an executor was lost and another went on. */
  attempts: number;
  cancelRequestedAt: Date | null;
  /** `seq` of its newest event. */
  lastSeq: number;
};

export type StepView = {
  nodeId: string;
  nodeType: string;
  nodeName: string;
  status: StepStatus;
  attempts: number;
  /** Output ports taken. */
  ports: string[];
  error: ExecutionErrorData | null;
  /** Why this branch, this model, or why it was skipped. */
  reason: string | null;
  model: string | null;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
  startedAt: Date | null;
  completedAt: Date | null;
  durationMs: number | null;
};

/** One line of the log. */
export type EventView = {
  /** From 1, without gaps. */
  seq: number;
  type: string;
  nodeId: string | null;
  level: LogLevel;
  /** English. */
  message: string;
  /** What the event carried, unless it is large. */
  data: Record<string, unknown> | null;
  createdAt: Date;
};

/** One message of the live subscription. `update` is resumable by its `seq`; `delta` is live only. */
export type WatchMessage =
  | {
      type: 'update';
      /** Newest event in this message; 0 before the first. */
      seq: number;
      execution: ExecutionHead;
      /** The steps that changed, as they are now; all of them in the first message. */
      steps: StepView[];
      events: EventView[];
    }
  | { type: 'delta'; nodeId: string; text: string };

export const isFinished = (status: ExecutionStatus): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled';

export type ExecutionListItem = {
  id: string;
  status: ExecutionStatus;
  trigger: Trigger;
  workflow: { id: string; name: string };
  versionNumber: number;
  /** Name of the person who started it. */
  runBy: string | null;
  queuedAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
  executionTimeMs: number | null;
  totalCostUsd: number;
  inputTokens: number;
  outputTokens: number;
  errorCode: ExecutionErrorCode | null;
};

export type ExecutionDetail = ExecutionHead & {
  trigger: Trigger;
  rerunOfId: string | null;
  runBy: { name: string; email: string } | null;
  workflow: { id: string; name: string };
  version: { id: string; number: number; published: boolean };
  /** The frozen graph that it ran. */
  definition: WorkflowDefinition;
  steps: StepView[];
};
