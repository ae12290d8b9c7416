import { type WorkflowDefinition, workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { LRUCache } from 'lru-cache';
import type { PrismaTransaction } from './client.ts';

/** Versions never change, so a process reads and checks each once. */
const definitions = new LRUCache<string, WorkflowDefinition>({ max: 500 });

/** The definition of a stored version, which must exist; `undefined` when what is stored is none (any more). */
export const readVersionDefinition = async (
  prisma: PrismaTransaction,
  versionId: string,
): Promise<WorkflowDefinition | undefined> => {
  const known = definitions.get(versionId);
  if (known) return known;
  const version = await prisma.workflowVersion.findUniqueOrThrow({
    where: { id: versionId },
    select: { definition: true },
  });
  const { data: definition } = workflowDefinitionSchema.safeParse(version.definition);
  if (definition) definitions.set(versionId, definition);
  return definition;
};
