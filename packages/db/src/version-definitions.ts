import { type WorkflowDefinition, workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { LRUCache } from 'lru-cache';
import type { PrismaTransaction } from './client.ts';
import { requireDefinition } from './require-definition.ts';

/** Versions never change, so a process reads and checks each once. */
const definitions = new LRUCache<string, WorkflowDefinition>({ max: 500 });
const runnable = new LRUCache<string, WorkflowDefinition>({ max: 500 });

/** The definition of a stored version, which must exist; `undefined` when what is stored is none (any more). */
export const readVersionDefinition = async (
  prisma: PrismaTransaction,
  versionId: string,
): Promise<WorkflowDefinition | undefined> => {
  const known = definitions.get(versionId);
  if (known) return known;
  const { data: definition } = workflowDefinitionSchema.safeParse(await readVersion(prisma, versionId));
  if (definition) definitions.set(versionId, definition);
  return definition;
};

/** The same of one that can run; throws `invalid_workflow` with every problem of another. */
export const requireVersionDefinition = async (
  prisma: PrismaTransaction,
  versionId: string,
): Promise<WorkflowDefinition> => {
  const known = runnable.get(versionId);
  if (known) return known;
  const definition = requireDefinition(await readVersion(prisma, versionId));
  runnable.set(versionId, definition);
  return definition;
};

const readVersion = async (prisma: PrismaTransaction, id: string): Promise<unknown> => {
  const { definition } = await prisma.workflowVersion.findUniqueOrThrow({
    where: { id },
    select: { definition: true },
  });
  return definition;
};
