import type { CronProblem } from '@agentweaver/core/schedule/cron';
import type { CronWords } from '@agentweaver/core/schedule/describe-cron';
import type { ExecutionStatus } from '../executions/execution-view.ts';

/** Shapes that cross from the server to the browser, and the limits that both sides hold to. */

export const MAX_TRIGGER_NAME = 80;
/** Times that the form shows ahead. */
export const PREVIEW_TIMES = 5;

export type TriggerWorkflow = { id: string; name: string };

export type ScheduleView = {
  id: string;
  name: string;
  workflow: TriggerWorkflow;
  cron: string;
  timezone: string;
  /** `null` for an expression that only its own notation can say. */
  words: CronWords | null;
  input: unknown;
  enabled: boolean;
  skipIfRunning: boolean;
  /** `null` while it is paused. */
  nextRunAt: Date | null;
  lastRunAt: Date | null;
  /** What it started last, unless that was deleted. */
  lastExecution: { id: string; status: ExecutionStatus } | null;
  /** Why the last start was left out or refused: a code and a text. */
  lastError: { code: string; message: string } | null;
};

export type SchedulePreview = { problem: CronProblem | null; words: CronWords | null; times: Date[] };

export const WEBHOOK_RESPONSES = ['immediate', 'result'] as const;

export type WebhookView = {
  id: string;
  name: string;
  workflow: TriggerWorkflow;
  /** Without the origin; `null` for viewers, since an address may be enough to start the workflow. */
  path: string | null;
  signed: boolean;
  response: (typeof WEBHOOK_RESPONSES)[number];
  enabled: boolean;
  lastUsedAt: Date | null;
  createdAt: Date;
};

export type DeliveryView = {
  id: string;
  /** The sender's id of the message. */
  messageId: string | null;
  receivedAt: Date;
  /** How often the same message came again. */
  repeats: number;
  /** What it started; without a status when that was deleted. */
  execution: { id: string; status: ExecutionStatus | null } | null;
  /** Why nothing was started: a code and what the caller was told. */
  refusal: { code: string; message: string } | null;
};
