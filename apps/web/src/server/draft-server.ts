import type { IncomingMessage } from 'node:http';
import { loadDraft, saveDraft } from '@agentweaver/db/draft-store';
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

/** The collaborative drafts of this installation: who may open which, and where they are kept. */
export const createDraftServer = (): CollabServer =>
  createCollabServer({
    authenticate,
    authorize,
    storage: {
      load: (workflowId) => loadDraft(getServices().prisma, workflowId),
      save: (workflowId, document) => saveDraft(getServices().prisma, workflowId, document),
    },
    log: (level, message, details) => log[level](details, message),
  });
