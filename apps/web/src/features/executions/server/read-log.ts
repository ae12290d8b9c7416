import { executionNotFound } from '@agentweaver/db/execution-store';
import type { EventView } from '../execution-view.ts';
import type { ReadContext } from './execution-context.ts';
import { readUpdate } from './read-update.ts';

/** One page of the log after `since`, for downloads. */
export const readLog = async (
  { prisma, workspace }: ReadContext,
  { executionId, since }: { executionId: string; since: number },
): Promise<{ events: EventView[]; nextSince: number | null }> => {
  const update = await readUpdate(prisma, { workspaceId: workspace.id, executionId, since, allSteps: false });
  if (!update) throw executionNotFound();
  return { events: update.events, nextSince: update.seq < update.execution.lastSeq ? update.seq : null };
};
