import { Prisma } from '@agentweaver/db/generated/client';
import type { Bucket } from '../analytics-view.ts';

/** What the figures are about. `to` is exclusive. */
export type UsageWindow = {
  workspaceId: string;
  from: Date;
  to: Date;
  workflowId?: string;
  /** `provider/model` */
  model?: string;
  /** IANA name; days begin and end there. */
  timeZone: string;
};

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** At most about a hundred bars, whatever the period. */
export const bucketOf = ({ from, to }: Pick<UsageWindow, 'from' | 'to'>): Bucket => {
  const span = to.getTime() - from.getTime();
  if (span <= 2 * DAY) return 'hour';
  return span <= 100 * DAY ? 'day' : 'week';
};

/** Models are kept with their provider's prefix or without; people see `provider/model`. */
export const MODEL_NAME = Prisma.sql`CASE WHEN u.model LIKE u.provider || '/%' THEN u.model ELSE u.provider || '/' || u.model END`;

/** Conditions on `executions e`. */
export const executionsIn = ({ workspaceId, from, to, workflowId, model }: UsageWindow): Prisma.Sql => Prisma.sql`
  e.workspace_id = ${workspaceId}::uuid AND e.queued_at >= ${from} AND e.queued_at < ${to}
  ${workflowId ? Prisma.sql`AND e.workflow_id = ${workflowId}::uuid` : Prisma.empty}
  ${
    model
      ? Prisma.sql`AND EXISTS (SELECT FROM usage_metrics u WHERE u.execution_id = e.id AND ${MODEL_NAME} = ${model})`
      : Prisma.empty
  }`;

/** Conditions on `usage_metrics u`, whose rows outlive their executions. */
export const usageIn = ({ workspaceId, from, to, workflowId, model }: UsageWindow): Prisma.Sql => Prisma.sql`
  u.workspace_id = ${workspaceId}::uuid AND u.created_at >= ${from} AND u.created_at < ${to}
  ${workflowId ? Prisma.sql`AND u.workflow_id = ${workflowId}::uuid` : Prisma.empty}
  ${model ? Prisma.sql`AND ${MODEL_NAME} = ${model}` : Prisma.empty}`;
