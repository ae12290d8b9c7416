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
    const [stored] = await tx.$queryRaw<{ state: Uint8Array }[]>`
      SELECT state FROM workflow_drafts WHERE workflow_id = ${workflowId}::uuid FOR UPDATE`;
    if (!stored) return 'gone';
    applyUpdate(document, new Uint8Array(stored.state), STORED_ORIGIN);
    await tx.workflowDraft.update({
      where: { workflowId },
      data: {
        state: Uint8Array.from(encodeStateAsUpdate(document)),
        definition: jsonColumn(draftToDefinition(document)),
      },
    });
    // The list of workflows shows the newest change first.
    await tx.workflow.update({ where: { id: workflowId }, data: { updatedAt: new Date() } });
    return 'saved';
  });
