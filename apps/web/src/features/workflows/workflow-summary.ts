import type { ExecutionStatus } from '../executions/execution-view.ts';

/** A workflow as the list shows it. */
export type WorkflowSummary = {
  id: string;
  name: string;
  description: string;
  updatedAt: Date;
  /** Null until it was published. */
  publishedVersion: number | null;
  executions: number;
  versions: number;
  /** Schedules and webhooks. */
  triggers: number;
  lastExecution: { id: string; status: ExecutionStatus; queuedAt: Date } | null;
};

export type WorkflowList = { items: WorkflowSummary[]; nextCursor: string | null };

/** A sample that a workflow can be made from, in the viewer's language. */
export type SampleSummary = { id: string; name: string; description: string; nodeTypes: string[] };

export const MAX_NAME_LENGTH = 120;
export const MAX_DESCRIPTION_LENGTH = 2_000;
