import type { PrismaClient } from './generated/client.ts';
import { workflowNotFound } from './workflow-store.ts';

export type ListTriggers = {
  workspaceId: string;
  workflowId?: string | undefined;
  /** `nextCursor` of the page before. */
  cursor?: string | undefined;
  limit: number;
};

export type TriggerPage<T> = { items: T[]; nextCursor: string | null };

/** Throws `not_found` for another workspace's workflow; without one there is nothing to look at. */
export const requireWorkflow = async (
  prisma: PrismaClient,
  { workspaceId, workflowId }: Pick<ListTriggers, 'workspaceId' | 'workflowId'>,
): Promise<void> => {
  if (workflowId === undefined) return;
  if ((await prisma.workflow.count({ where: { id: workflowId, workspaceId } })) === 0) throw workflowNotFound();
};

/** Of one row more than fits: whether there is a next page. Ids rise with time. */
export const toTriggerPage = <T extends { id: string }>(rows: T[], limit: number): TriggerPage<T> => {
  const items = rows.slice(0, limit);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
};
