import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { WorkspaceRole } from '../roles.ts';
import { hashSecretToken } from './secret-token.ts';

export type OpenInvitation = {
  id: string;
  email: string;
  role: WorkspaceRole;
  workspaceId: string;
  workspaceName: string;
  workspaceSlug: string;
};

/** The open invitation of a link; `null` for a used, a run-out and an invented one alike. */
export const readInvitation = async (
  prisma: PrismaClient,
  token: string,
  now = new Date(),
): Promise<OpenInvitation | null> => {
  const invitation = await prisma.invitation.findFirst({
    where: { tokenHash: hashSecretToken(token), acceptedAt: null, expiresAt: { gt: now } },
    select: { id: true, email: true, role: true, workspace: { select: { id: true, name: true, slug: true } } },
  });
  if (!invitation) return null;
  const { id, email, role, workspace } = invitation;
  return { id, email, role, workspaceId: workspace.id, workspaceName: workspace.name, workspaceSlug: workspace.slug };
};
