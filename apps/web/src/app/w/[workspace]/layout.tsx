import type { ReactNode } from 'react';
import { WorkspaceFrame } from '../../../features/workspace/workspace-frame.tsx';

export default async function WorkspaceLayout({
  children,
  params,
}: {
  children: ReactNode;
  params: Promise<{ workspace: string }>;
}) {
  const { workspace } = await params;
  return <WorkspaceFrame slug={workspace}>{children}</WorkspaceFrame>;
}
