import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { definitionToDraft, draftToDefinition } from '@agentweaver/core/draft/draft-document';
import { AppError } from '@agentweaver/core/errors/app-error';
import { encodeStateAsUpdate } from 'yjs';
import type { PrismaTransaction } from './client.ts';
import type { Prisma, PrismaClient } from './generated/client.ts';
import { hashJson, jsonColumn } from './json.ts';
import { requireDefinition } from './require-definition.ts';

/** Also for one of another workspace: whether it exists is none of the caller's business. */
export const workflowNotFound = (): AppError =>
  new AppError('not_found', { publicMessage: 'There is no such workflow; it may have been deleted.' });

export type NewWorkflow = {
  workspaceId: string;
  userId: string;
  name: string;
  description?: string;
  definition: WorkflowDefinition;
  /** The sample that it comes from. */
  sample?: string;
  /** What led to it, for the audit log. */
  action?: 'workflow.created' | 'workflow.duplicated' | 'workflow.imported';
  data?: Prisma.InputJsonObject;
};

/** Writes a workflow, its draft and the line in the audit log, or none of them. */
export const createWorkflow = (prisma: PrismaClient, workflow: NewWorkflow): Promise<{ id: string; name: string }> =>
  prisma.$transaction((tx) => createWorkflowIn(tx, workflow));

export const createWorkflowIn = async (
  tx: PrismaTransaction,
  { workspaceId, userId, name, description = '', definition, sample, action = 'workflow.created', data }: NewWorkflow,
): Promise<{ id: string; name: string }> => {
  const draft = definitionToDraft(definition);
  const workflow = await tx.workflow.create({
    data: {
      workspaceId,
      name,
      description,
      sample,
      createdById: userId,
      draft: {
        create: {
          state: Uint8Array.from(encodeStateAsUpdate(draft)),
          definition: jsonColumn(draftToDefinition(draft)),
        },
      },
    },
    select: { id: true, name: true },
  });
  await tx.auditLog.create({
    data: { workspaceId, userId, action, targetType: 'workflow', targetId: workflow.id, data: { name, ...data } },
  });
  return workflow;
};

export type FrozenVersion = { id: string; number: number; definition: WorkflowDefinition };

/**
 * The immutable version of a definition: the one with the same hash, or the next number. The workflow's row is
 * locked until the transaction ends, so two callers cannot take the same number.
 */
export const freezeVersion = async (
  tx: PrismaTransaction,
  {
    workflowId,
    definition,
    userId,
    note,
  }: { workflowId: string; definition: WorkflowDefinition; userId?: string; note?: string },
): Promise<FrozenVersion> => {
  const [locked] = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM workflows WHERE id = ${workflowId}::uuid FOR NO KEY UPDATE`;
  if (!locked) throw workflowNotFound();
  const hash = hashJson(definition);
  const existing = await tx.workflowVersion.findUnique({
    where: { workflowId_hash: { workflowId, hash } },
    select: { id: true, number: true },
  });
  if (existing) return { ...existing, definition };
  const { _max } = await tx.workflowVersion.aggregate({ where: { workflowId }, _max: { number: true } });
  const created = await tx.workflowVersion.create({
    data: {
      workflowId,
      number: (_max.number ?? 0) + 1,
      definition: jsonColumn(definition),
      hash,
      note,
      createdById: userId,
    },
    select: { id: true, number: true },
  });
  return { ...created, definition };
};

/**
 * Freezes the stored draft and makes it what REST runs. Publishing an unchanged draft again changes its note only.
 * Throws `not_found`, and `invalid_workflow` with every problem.
 */
export const publishDraft = async (
  prisma: PrismaClient,
  { workspaceId, workflowId, userId, note }: { workspaceId: string; workflowId: string; userId: string; note: string },
): Promise<{ id: string; number: number }> => {
  const workflow = await prisma.workflow.findFirst({
    where: { id: workflowId, workspaceId },
    select: { draft: { select: { definition: true } } },
  });
  if (!workflow?.draft) throw workflowNotFound();
  const definition = requireDefinition(workflow.draft.definition);
  return prisma.$transaction(async (tx) => {
    const { id, number } = await freezeVersion(tx, { workflowId, definition, userId });
    if (note !== '') await tx.workflowVersion.update({ where: { id }, data: { note } });
    await tx.workflow.update({ where: { id: workflowId }, data: { publishedVersionId: id } });
    await tx.auditLog.create({
      data: {
        workspaceId,
        userId,
        action: 'workflow.published',
        targetType: 'workflow',
        targetId: workflowId,
        data: { number, note },
      },
    });
    return { id, number };
  });
};
