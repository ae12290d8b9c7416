export const ROLES = ['viewer', 'editor', 'owner'] as const;
export type WorkspaceRole = (typeof ROLES)[number];

/** A role includes every role before it. */
export const hasRole = (role: WorkspaceRole, needed: WorkspaceRole): boolean =>
  ROLES.indexOf(role) >= ROLES.indexOf(needed);
