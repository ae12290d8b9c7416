import { draftToDefinition } from '@agentweaver/core/draft/draft-document';
import { applyUpdate, type Doc, encodeStateAsUpdate } from 'yjs';
import type { PrismaClient } from './generated/client.ts';
import { jsonColumn } from './json.ts';

/** The origin of changes that come from the database: they are stored already. */
export const STORED_ORIGIN = 'draft-store';

/** The Yjs state of a workflow's draft; null when the workflow is gone. */
export const loadDraft = async (prisma: PrismaClient, workflowId: string): Promise<Uint8Array | null> => {
  const draft = await prisma.workflowDraft.findUnique({ where: { workflowId }, select: { state: true } });
  return draft?.state ?? null;
};

/**
 * Stores a draft: its state and what it means, in one transaction. What another process stored meanwhile is merged
 * into `document` first (with `STORED_ORIGIN`), so two servers that serve one draft never overwrite each other.
 * `gone`, and no write, when the workflow was deleted.
 */
export const saveDraft = (prisma: PrismaClient, workflowId: string, document: Doc): Promise<'saved' | 'gone'> =>
  prisma.$transaction(async (tx) => {
    // The workflow's row first, as everybody does who locks both: and the list shows the newest change first.
    const { count } = await tx.workflow.updateMany({ where: { id: workflowId }, data: { updatedAt: new Date() } });
    const stored =
      count === 0 ? null : await tx.workflowDraft.findUnique({ where: { workflowId }, select: { state: true } });
    if (!stored) return 'gone';
    applyUpdate(document, stored.state, STORED_ORIGIN);
    await tx.workflowDraft.update({
      where: { workflowId },
      data: {
        state: Uint8Array.from(encodeStateAsUpdate(document)),
        definition: jsonColumn(draftToDefinition(document)),
      },
    });
    return 'saved';
  });
