/** Shapes that cross from the server to the browser. Money is US dollars, times are ms. */

export type Bucket = 'hour' | 'day' | 'week';

export type Totals = {
  executions: number;
  completed: number;
  failed: number;
  cancelled: number;
  costUsd: number;
  inputTokens: number;
  outputTokens: number;
  /** Of completed executions; `null` when there is none. */
  medianMs: number | null;
  p95Ms: number | null;
};

export type SeriesPoint = {
  /** Start of the bucket. */
  at: Date;
  completed: number;
  failed: number;
  cancelled: number;
  /** Queued, running or waiting. */
  active: number;
  medianMs: number | null;
  p95Ms: number | null;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
  /** Cost by `provider/model`; only models that were used. */
  costByModel: Record<string, number>;
};

export type WorkflowUsage = {
  workflowId: string;
  /** `null` when it was deleted; its usage remains. */
  name: string | null;
  executions: number;
  completed: number;
  failed: number;
  costUsd: number;
  tokens: number;
  medianMs: number | null;
};

export type ModelUsage = {
  /** `provider/model` */
  model: string;
  calls: number;
  executions: number;
  inputTokens: number;
  outputTokens: number;
  costUsd: number;
};

export type Analytics = {
  bucket: Bucket;
  totals: Totals;
  /** The same of the equally long time before. */
  previous: Totals;
  series: SeriesPoint[];
  workflows: WorkflowUsage[];
  models: ModelUsage[];
  /** For the filters: all that the workspace has. */
  options: { workflows: { id: string; name: string }[]; models: string[] };
};

/** Of the executions that ended by themselves; `null` when there is none. */
export const successRate = ({ completed, failed }: Pick<Totals, 'completed' | 'failed'>): number | null =>
  completed + failed === 0 ? null : completed / (completed + failed);
