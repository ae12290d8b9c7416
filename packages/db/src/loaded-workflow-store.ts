import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { AppError } from '@agentweaver/core/errors/app-error';
import { z } from 'zod';
import type { PrismaClient } from './generated/client.ts';
import { requireDefinition } from './require-definition.ts';
import { freezeVersion, workflowNotFound } from './workflow-store.ts';

export type PinnedWorkflow = { id: string; name: string; versionNumber: number; definition: WorkflowDefinition };

/**
 * The workflow that a step of an execution names, by id or name, in the version that the execution first got: the
 * published one, or the draft, frozen. Throws `not_found`, also for one of another workspace, `conflict` for a name that
 * several have, and `invalid_workflow`.
 */
export const pinWorkflow = async (
  prisma: PrismaClient,
  { executionId, workspaceId, reference }: { executionId: string; workspaceId: string; reference: string },
): Promise<PinnedWorkflow> => {
  const where = { executionId_reference: { executionId, reference } };
  const pinned = await prisma.loadedWorkflow.findUnique({ where });
  if (pinned) return readVersion(prisma, { workspaceId, versionId: pinned.versionId });

  const workflow = await findWorkflow(prisma, { workspaceId, reference });
  const versionId = workflow.publishedVersionId ?? (await freezeDraft(prisma, workflow));
  await prisma.loadedWorkflow.createMany({
    data: { executionId, reference, workflowId: workflow.id, versionId },
    skipDuplicates: true,
  });
  // Two steps may have asked at once, and the draft may have changed between them: the first one counts.
  const first = await prisma.loadedWorkflow.findUniqueOrThrow({ where });
  return readVersion(prisma, { workspaceId, versionId: first.versionId });
};

type Found = { id: string; publishedVersionId: string | null };

const findWorkflow = async (
  prisma: PrismaClient,
  { workspaceId, reference }: { workspaceId: string; reference: string },
): Promise<Found> => {
  const select = { id: true, publishedVersionId: true } as const;
  if (z.uuid().safeParse(reference).success) {
    const byId = await prisma.workflow.findFirst({ where: { workspaceId, id: reference }, select });
    if (byId) return byId;
  }
  const [byName, ...others] = await prisma.workflow.findMany({
    where: { workspaceId, name: reference },
    select,
    take: 2,
  });
  if (!byName) throw workflowNotFound();
  if (others.length > 0) {
    throw new AppError('conflict', { publicMessage: 'Several workflows of this workspace have that name.' });
  }
  return byName;
};

const freezeDraft = async (prisma: PrismaClient, { id }: Found): Promise<string> => {
  const draft = await prisma.workflowDraft.findUnique({ where: { workflowId: id }, select: { definition: true } });
  if (!draft) throw workflowNotFound();
  const definition = requireDefinition(draft.definition);
  return prisma.$transaction(async (tx) => (await freezeVersion(tx, { workflowId: id, definition })).id);
};

const readVersion = async (
  prisma: PrismaClient,
  { workspaceId, versionId }: { workspaceId: string; versionId: string },
): Promise<PinnedWorkflow> => {
  const version = await prisma.workflowVersion.findFirst({
    where: { id: versionId, workflow: { workspaceId } },
    select: { number: true, definition: true, workflow: { select: { id: true, name: true } } },
  });
  if (!version) throw workflowNotFound();
  const { number, definition, workflow } = version;
  return { ...workflow, versionNumber: number, definition: requireDefinition(definition) };
};
