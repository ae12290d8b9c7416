import type { BudgetRequest } from '@agentweaver/core/budget/budget-wait';
import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import type { LogLevel } from '@agentweaver/core/engine/events';
import type { ExecutionErrorCode, ExecutionErrorData } from '@agentweaver/core/engine/execution-errors';
import { stepKey } from '@agentweaver/core/engine/step-key';
import type { HumanRequest } from '@agentweaver/core/host/ports/human';
import type { AgentMessage } from '@agentweaver/core/messaging/message';

/** Shapes that cross from the server to the browser. Dates are dates (superjson), money is a number of US dollars. */

export type ExecutionStatus = 'queued' | 'running' | 'waiting' | 'completed' | 'failed' | 'cancelled';
export const STEP_STATUSES = ['pending', 'running', 'waiting', 'completed', 'failed', 'skipped', 'cancelled'] as const;
export type StepStatus = (typeof STEP_STATUSES)[number];
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
  /** While it waits: when it goes on by itself. */
  resumeAt: Date | null;
  /** Ms that it has been running before it last began to wait; waiting does not count. */
  activeMs: number;
  activeSince: Date | null;
  /** `seq` of its newest event. */
  lastSeq: number;
};

export type StepView = {
  nodeId: string;
  /** Which run of the node: `''` outside of containers, else such as `each[3]`. */
  iteration: string;
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
  /** Processor time in the sandbox, where it was measured. */
  cpuMs: number | null;
  /** The most memory that the sandbox held while the step ran. */
  memoryPeakKib: number | null;
  /** Its answers came from the response cache. */
  cached: boolean;
  /** The execution that its output was taken from. */
  reusedFromId: string | null;
  /** Its output was written by a person before the run. */
  edited: boolean;
};

/** The key of a step among all of an execution: of a top-level step its node's id. */
export const keyOfStep = ({ nodeId, iteration }: { nodeId: string; iteration: string }): string =>
  stepKey(nodeId, iteration);

/** All runs of a node that has more than one, or that is in a container: how they stand and what they took together. */
export type RoundCounts = Pick<
  StepView,
  | 'nodeId'
  | 'nodeType'
  | 'nodeName'
  | 'inputTokens'
  | 'outputTokens'
  | 'costUsd'
  | 'cpuMs'
  | 'memoryPeakKib'
  | 'startedAt'
  | 'completedAt'
> & {
  /** Of the run that ended last. */
  ports: string[];
  reason: string | null;
  total: number;
  running: number;
  waiting: number;
  completed: number;
  failed: number;
  skipped: number;
  cancelled: number;
};

/** One message between agents, as it is drawn. */
export type MessageView = Omit<AgentMessage, 'content'> & {
  /** Its line in the log. */
  seq: number;
  /** The step that the conversation belongs to. */
  nodeId: string;
  iteration: string;
  /** The content as text, cut when it is long. */
  text: string;
};

/** A file that a step has written. */
export type FileView = {
  path: string;
  mediaType: string;
  /** Bytes. */
  size: number;
  /** The step that wrote it last. */
  nodeId: string;
  updatedAt: Date;
};

/** Something that an execution waits for. */
export type WaitView = {
  id: string;
  nodeId: string;
  iteration: string;
  createdAt: Date;
  /** When it goes on by itself. */
  until: Date | null;
} & (
  | { kind: 'human'; request: HumanRequest }
  | { kind: 'timer'; request: null }
  | { kind: 'budget'; request: BudgetRequest }
);

/** A wait among all of a workspace. */
export type OpenWait = {
  wait: WaitView;
  executionId: string;
  stepName: string;
  workflow: { id: string; name: string };
};

/** One line of the log. */
export type EventView = {
  /** From 1, without gaps. */
  seq: number;
  type: string;
  nodeId: string | null;
  iteration: string;
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
      /** Of the nodes with several runs, as they are now; absent when no such run changed. */
      rounds?: RoundCounts[];
      /** What it waits for now. */
      waits: WaitView[];
      events: EventView[];
    }
  | { type: 'delta'; nodeId: string; iteration: string; text: string };

export const isFinished = (status: ExecutionStatus): boolean =>
  status === 'completed' || status === 'failed' || status === 'cancelled';

/** Put off, and its time has not come. */
export const isPutOff = (
  { status, startAfter }: { status: ExecutionStatus; startAfter: Date | null },
  now: Date,
): boolean => status === 'queued' && startAfter !== null && startAfter > now;

/** Something may happen to it within seconds. */
export const isUnderWay = (execution: Parameters<typeof isPutOff>[0], now: Date): boolean =>
  !isFinished(execution.status) && !isPutOff(execution, now);

export type ExecutionListItem = {
  id: string;
  status: ExecutionStatus;
  trigger: Trigger;
  workflow: { id: string; name: string };
  versionNumber: number;
  /** Of the schedule or webhook that started it, while there is one. */
  triggerName: string | null;
  /** Of a delayed start: not before. */
  startAfter: Date | null;
  /** Name of the person who started it. */
  runBy: string | null;
  queuedAt: Date;
  startedAt: Date | null;
  completedAt: Date | null;
  executionTimeMs: number | null;
  activeMs: number;
  activeSince: Date | null;
  totalCostUsd: number;
  inputTokens: number;
  outputTokens: number;
  errorCode: ExecutionErrorCode | null;
};

export type ExecutionDetail = ExecutionHead & {
  trigger: Trigger;
  /** Of the schedule or webhook that started it, while there is one. */
  triggerName: string | null;
  /** Of a delayed start: not before. */
  startAfter: Date | null;
  rerunOfId: string | null;
  /** Only this node ran. */
  onlyNodeId: string | null;
  runBy: { name: string; email: string } | null;
  workflow: { id: string; name: string };
  version: { id: string; number: number; published: boolean };
  /** The frozen graph that it ran. */
  definition: WorkflowDefinition;
  steps: StepView[];
  rounds: RoundCounts[];
  waits: WaitView[];
};
