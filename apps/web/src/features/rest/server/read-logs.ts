import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { executionNotFound } from '@agentweaver/db/execution-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { z } from 'zod';
import type { logsSchema } from './schemas.ts';

const agentConfig = z.object({ role: z.string().min(1) });

/** The role of each agent of the version that ran, by node id. */
const rolesOf = (definition: unknown): Map<string, string> => {
  const parsed = workflowDefinitionSchema.safeParse(definition);
  return new Map(
    (parsed.data?.nodes ?? []).flatMap((node) => {
      const role = node.type === 'agent' ? agentConfig.safeParse(node.config).data?.role : undefined;
      return role ? [[node.id, role] as const] : [];
    }),
  );
};

/** Entries after `after`, and where the next ones start. */
export const readLogs = async (
  prisma: PrismaClient,
  {
    workspaceId,
    executionId,
    after,
    limit,
  }: { workspaceId: string; executionId: string; after: number; limit: number },
): Promise<z.input<typeof logsSchema>> => {
  const execution = await prisma.execution.findFirst({
    where: { id: executionId, workspaceId },
    select: { version: { select: { definition: true } } },
  });
  if (!execution) throw executionNotFound();
  const rows = await prisma.executionEvent.findMany({
    where: { executionId, seq: { gt: after } },
    orderBy: { seq: 'asc' },
    take: limit + 1,
  });
  const roles = rolesOf(execution.version.definition);
  const shown = rows.slice(0, limit);
  return {
    logs: shown.map((row) => ({
      seq: row.seq,
      agent_role: (row.nodeId && roles.get(row.nodeId)) ?? null,
      node_id: row.nodeId,
      event: row.type,
      log_level: row.level,
      message: row.message,
      metadata: row.data,
      created_at: row.createdAt.toISOString(),
    })),
    next_cursor: rows.length > limit ? (shown.at(-1)?.seq ?? null) : null,
  };
};
