import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { WorkspaceRole } from '../roles.ts';

const workspaceFields = {
  id: true,
  slug: true,
  name: true,
  allowedHosts: true,
  maxMemoryMb: true,
  maxConcurrency: true,
  maxExecutionsPerDay: true,
} as const;

export type WorkspaceSummary = {
  id: string;
  slug: string;
  name: string;
  allowedHosts: string[];
  /** MiB. */
  maxMemoryMb: number;
  maxConcurrency: number;
  maxExecutionsPerDay: number;
};

/** Read for every request, so that a removed member is out at once. */
export const findMembership = (
  prisma: PrismaClient,
  { userId, slug }: { userId: string; slug: string },
): Promise<{ role: WorkspaceRole; workspace: WorkspaceSummary } | null> =>
  prisma.member.findFirst({
    where: { userId, workspace: { slug } },
    select: { role: true, workspace: { select: workspaceFields } },
  });

/** The workspaces of a user, oldest membership first. */
export const listMemberships = (
  prisma: PrismaClient,
  userId: string,
): Promise<{ role: WorkspaceRole; workspace: { id: string; slug: string; name: string } }[]> =>
  prisma.member.findMany({
    where: { userId },
    orderBy: { createdAt: 'asc' },
    select: { role: true, workspace: { select: { id: true, slug: true, name: true } } },
  });
