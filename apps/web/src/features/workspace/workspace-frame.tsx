import { notFound, redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { getServices } from '../../server/services.ts';
import { getPageUser } from '../auth/server/page-user.ts';
import { NavShell } from './nav-shell.tsx';
import { findMembership, listMemberships } from './server/find-membership.ts';
import { WorkspaceProvider } from './workspace-context.tsx';

/** Lets in members alone, and gives every page below the workspace and the navigation. */
export const WorkspaceFrame = async ({ slug, children }: { slug: string; children: ReactNode }) => {
  const user = await getPageUser();
  if (!user) redirect(`/sign-in?callbackUrl=${encodeURIComponent(`/w/${slug}`)}`);
  const { prisma } = getServices();
  const [membership, all] = await Promise.all([
    findMembership(prisma, { userId: user.id, slug }),
    listMemberships(prisma, user.id),
  ]);
  if (!membership) notFound();
  return (
    <WorkspaceProvider value={{ slug, name: membership.workspace.name, role: membership.role }}>
      <NavShell user={{ name: user.name, email: user.email }} workspaces={all.map((one) => one.workspace)}>
        {children}
      </NavShell>
    </WorkspaceProvider>
  );
};
