import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { AppError } from '@agentweaver/core/errors/app-error';
import type { PrismaClient } from './generated/client.ts';
import { requireDefinition } from './require-definition.ts';
import { onPool, type Statement } from './statement.ts';
import { requireVersionDefinition } from './version-definitions.ts';
import { workflowNotFound } from './workflow-store.ts';

/** `latest`: what is published, or the draft of a workflow that never was. */
export type ExecutionSource = 'latest' | 'draft' | 'published' | { versionId: string } | { versionNumber: number };

export type FoundSource = {
  /** Can run. */
  definition: WorkflowDefinition;
  /** None for a draft: it is frozen when the execution is stored. */
  version?: { id: string; number: number };
  /** Of the workspace's plan. */
  plan: { maxMemoryMb: number; maxExecutionsPerDay: number };
};

type Row = FoundSource['plan'] & { isPublished: boolean; versionId: string | null; versionNumber: number | null };

/** `$3`: a version's id, `$4`: or its number; without either it is the published one. */
const FIND_SOURCE: Statement = {
  name: 'find_source',
  text: `
  SELECT workspace.max_memory_mb AS "maxMemoryMb", workspace.max_executions_per_day AS "maxExecutionsPerDay",
    workflow.published_version_id IS NOT NULL AS "isPublished", version.id AS "versionId",
    version.number AS "versionNumber"
  FROM workflows AS workflow
  JOIN workspaces AS workspace ON workspace.id = workflow.workspace_id
  LEFT JOIN workflow_versions AS version ON version.workflow_id = workflow.id AND CASE
    WHEN $3::uuid IS NOT NULL THEN version.id = $3::uuid
    WHEN $4::int IS NOT NULL THEN version.number = $4::int
    ELSE version.id = workflow.published_version_id END
  WHERE workflow.id = $1::uuid AND workflow.workspace_id = $2::uuid`,
};

/**
 * What an execution is to run. Throws `not_found` (also for what is another workspace's), `conflict` for `published` of a
 * workflow that never was, and `invalid_workflow` with every problem.
 */
export const findSource = async (
  prisma: PrismaClient,
  { workspaceId, workflowId, source }: { workspaceId: string; workflowId: string; source: ExecutionSource },
): Promise<FoundSource> => {
  const given = typeof source === 'object' ? source : undefined;
  const [row] = await onPool(prisma)<Row>(FIND_SOURCE, [
    workflowId,
    workspaceId,
    given && 'versionId' in given ? given.versionId : null,
    given && 'versionNumber' in given ? given.versionNumber : null,
  ]);
  if (!row) throw workflowNotFound();
  const { isPublished, versionId, versionNumber, ...plan } = row;
  if (source === 'draft' || (source === 'latest' && !isPublished)) {
    const draft = await prisma.workflowDraft.findUnique({ where: { workflowId }, select: { definition: true } });
    return { definition: requireDefinition(draft?.definition), plan };
  }
  if (versionId === null || versionNumber === null) throw given ? versionNotFound(given) : neverPublished();
  return {
    definition: await requireVersionDefinition(prisma, versionId),
    version: { id: versionId, number: versionNumber },
    plan,
  };
};

const versionNotFound = (given: { versionId: string } | { versionNumber: number }): AppError => {
  const number = 'versionNumber' in given ? ` ${given.versionNumber}` : '';
  return new AppError('not_found', {
    publicMessage: number ? `The workflow has no version${number}.` : 'This workflow has no such version.',
    problems: number ? [{ field: 'version', message: 'does not exist' }] : [],
  });
};

const neverPublished = (): AppError =>
  new AppError('conflict', { publicMessage: 'This workflow was never published. Publish it, or run its draft.' });
