import { executionErrorSchema } from '@agentweaver/core/engine/execution-errors';
import { AppError } from '@agentweaver/core/errors/app-error';
import type { Prisma } from '@agentweaver/db/generated/client';
import { z } from 'zod';
import { readTriggerNames } from '../../triggers/server/trigger-names.ts';
import type { ExecutionListItem, ExecutionStatus, Trigger } from '../execution-view.ts';
import type { ReadContext } from './execution-context.ts';

export type ListExecutionsInput = {
  /** None means all. */
  statuses: ExecutionStatus[];
  workflowId?: string;
  trigger?: Trigger;
  /** `provider/model` that one of its steps used. */
  model?: string;
  /** Queued at or after. */
  from?: Date;
  /** Queued before. */
  to?: Date;
  search?: string;
  cursor?: string | null;
  limit: number;
};

const cursorSchema = z.tuple([z.iso.datetime(), z.uuid()]);

const after = (cursor: string): Prisma.ExecutionWhereInput => {
  const parsed = cursorSchema.safeParse(cursor.split('_'));
  if (!parsed.success) throw new AppError('bad_request', { publicMessage: 'The cursor is not one of this list.' });
  const [at, id] = parsed.data;
  return { OR: [{ queuedAt: { lt: new Date(at) } }, { queuedAt: new Date(at), id: { lt: id } }] };
};

const matching = (search: string): Prisma.ExecutionWhereInput =>
  z.uuid().safeParse(search).success
    ? { OR: [{ id: search }, { workflowId: search }] }
    : { workflow: { name: { contains: search, mode: 'insensitive' } } };

/** One page of the workspace's executions, newest first, and where the next one starts. */
export const listExecutions = async (
  { prisma, workspace }: ReadContext,
  { statuses, workflowId, trigger, model, from, to, search, cursor, limit }: ListExecutionsInput,
): Promise<{ items: ExecutionListItem[]; nextCursor: string | null }> => {
  const rows = await prisma.execution.findMany({
    where: {
      workspaceId: workspace.id,
      ...(statuses.length > 0 && { status: { in: statuses } }),
      workflowId,
      trigger,
      queuedAt: { gte: from, lt: to },
      ...(model && { steps: { some: { model } } }),
      AND: [search ? matching(search) : {}, cursor ? after(cursor) : {}],
    },
    orderBy: [{ queuedAt: 'desc' }, { id: 'desc' }],
    take: limit + 1,
    select: {
      id: true,
      status: true,
      trigger: true,
      scheduleId: true,
      webhookId: true,
      startAfter: true,
      queuedAt: true,
      startedAt: true,
      completedAt: true,
      executionTimeMs: true,
      activeMs: true,
      activeSince: true,
      totalCostUsd: true,
      inputTokens: true,
      outputTokens: true,
      error: true,
      workflow: { select: { id: true, name: true } },
      version: { select: { number: true } },
      createdBy: { select: { name: true } },
    },
  });
  const page = rows.slice(0, limit);
  const nameOf = await readTriggerNames(prisma, workspace.id, page);
  const items = page.map(({ version, createdBy, totalCostUsd, error, scheduleId, webhookId, ...row }) => ({
    ...row,
    triggerName: nameOf({ scheduleId, webhookId }),
    totalCostUsd: totalCostUsd.toNumber(),
    errorCode: executionErrorSchema.safeParse(error).data?.code ?? null,
    versionNumber: version.number,
    runBy: createdBy?.name ?? null,
  }));
  const last = items.at(-1);
  return {
    items,
    nextCursor: rows.length > limit && last ? `${last.queuedAt.toISOString()}_${last.id}` : null,
  };
};
