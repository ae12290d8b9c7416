import { agentMessageSchema } from '@agentweaver/core/messaging/message';
import { executionNotFound } from '@agentweaver/db/execution-store';
import { z } from 'zod';
import type { MessageView } from '../execution-view.ts';
import type { ReadContext } from './execution-context.ts';

const MESSAGES_PAGE = 200;
/** Characters of a message's content that are sent; the log has all of it. */
const MAX_CONTENT = 4_000;

const dataSchema = z.object({ message: agentMessageSchema });

/** The messages between agents of one execution, in order, after the log line `cursor`. */
export const listMessages = async (
  { prisma, workspace }: ReadContext,
  { executionId, cursor }: { executionId: string; cursor?: number | null },
): Promise<{ messages: MessageView[]; nextCursor: number | null }> => {
  const found = await prisma.execution.count({ where: { id: executionId, workspaceId: workspace.id } });
  if (found === 0) throw executionNotFound();
  const rows = await prisma.executionEvent.findMany({
    where: { executionId, type: 'message', seq: { gt: cursor ?? 0 } },
    orderBy: { seq: 'asc' },
    take: MESSAGES_PAGE,
    select: { seq: true, nodeId: true, iteration: true, data: true },
  });
  const messages = rows.flatMap(({ seq, nodeId, iteration, data }) => {
    const parsed = dataSchema.safeParse(data);
    if (!parsed.success) return [];
    const { content, ...message } = parsed.data.message;
    const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
    return [{ ...message, seq, nodeId: nodeId ?? '', iteration, text: (text ?? '').slice(0, MAX_CONTENT) }];
  });
  return { messages, nextCursor: rows.length === MESSAGES_PAGE ? (rows.at(-1)?.seq ?? null) : null };
};
