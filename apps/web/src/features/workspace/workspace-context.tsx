'use client';

import { createContext, type ReactNode } from 'react';
import type { WorkspaceRole } from './roles.ts';

export type WorkspaceContextValue = { slug: string; name: string; role: WorkspaceRole };

export const WorkspaceContext = createContext<WorkspaceContextValue | null>(null);

export const WorkspaceProvider = ({ value, children }: { value: WorkspaceContextValue; children: ReactNode }) => (
  <WorkspaceContext value={value}>{children}</WorkspaceContext>
);
