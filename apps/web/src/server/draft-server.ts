import type { IncomingMessage } from 'node:http';
import { draftToDefinition } from '@agentweaver/core/draft/draft-document';
import { jsonColumn } from '@agentweaver/db/json';
import * as Y from 'yjs';
import { readSessionUserId } from '../features/auth/server/session-cookie.ts';
import { type CollabAccess, type CollabServer, createCollabServer } from '../features/collab/server/collab-server.ts';
import { hasRole } from '../features/workspace/roles.ts';
import { log } from './log.ts';
import { getServices } from './services.ts';

const authenticate = async (request: IncomingMessage): Promise<{ userId: string } | null> => {
  const userId = await readSessionUserId(request.headers.cookie);
  return userId ? { userId } : null;
};

const authorize = async ({ userId, workflowId }: { userId: string; workflowId: string }): Promise<CollabAccess> => {
  const membership = await getServices().prisma.member.findFirst({
    where: { userId, workspace: { workflows: { some: { id: workflowId } } } },
    select: { role: true },
  });
  if (!membership) return 'none';
  return hasRole(membership.role, 'editor') ? 'edit' : 'view';
};

const load = async (workflowId: string): Promise<Uint8Array | null> => {
  const draft = await getServices().prisma.workflowDraft.findUnique({ where: { workflowId }, select: { state: true } });
  return draft?.state ?? null;
};

/** The state and what it means are written together: a reader of the definition never sees an older one. */
const save = async (workflowId: string, document: Y.Doc): Promise<'saved' | 'gone'> => {
  const { count } = await getServices().prisma.workflowDraft.updateMany({
    where: { workflowId },
    data: {
      state: Uint8Array.from(Y.encodeStateAsUpdate(document)),
      definition: jsonColumn(draftToDefinition(document)),
    },
  });
  return count > 0 ? 'saved' : 'gone';
};

/** The collaborative drafts of this installation: who may open which, and where they are kept. */
export const createDraftServer = (): CollabServer =>
  createCollabServer({
    authenticate,
    authorize,
    storage: { load, save },
    log: (level, message, details) => log[level](details, message),
  });
