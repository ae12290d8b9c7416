import type { PrismaClient } from '@agentweaver/db/generated/client';
import { readSessionUserId } from './session-cookie.ts';

export type SessionUser = { id: string; email: string; name: string };

/** Who sent this cookie. The token holds an id alone, so a removed user is out at once. */
export const findSessionUser = async (
  prisma: PrismaClient,
  cookieHeader: string | null | undefined,
): Promise<SessionUser | null> => {
  const id = await readSessionUserId(cookieHeader);
  if (!id) return null;
  return prisma.user.findUnique({ where: { id }, select: { id: true, email: true, name: true } });
};
