'use client';

import { use } from 'react';
import { hasRole, type WorkspaceRole } from './roles.ts';
import { WorkspaceContext } from './workspace-context.tsx';

/** The workspace of the address, and what the viewer may do in it. Only below `app/w/[workspace]`. */
export const useWorkspace = (): {
  slug: string;
  name: string;
  role: WorkspaceRole;
  canEdit: boolean;
  isOwner: boolean;
} => {
  const workspace = use(WorkspaceContext);
  if (!workspace) throw new Error('useWorkspace needs the workspace layout above it');
  return { ...workspace, canEdit: hasRole(workspace.role, 'editor'), isOwner: workspace.role === 'owner' };
};
