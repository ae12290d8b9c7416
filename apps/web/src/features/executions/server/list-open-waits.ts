import type { OpenWait } from '../execution-view.ts';
import type { ReadContext } from './execution-context.ts';
import { waitViewSchema } from './read-update.ts';

/** Shown at once; older ones come first, so nothing is passed over. */
const MAX_OPEN_WAITS = 200;

/** Everything in the workspace that waits for a person, oldest first. */
export const listOpenWaits = async ({ prisma, workspace }: ReadContext): Promise<OpenWait[]> => {
  const rows = await prisma.wait.findMany({
    where: {
      closedAt: null,
      kind: { not: 'timer' },
      execution: { workspaceId: workspace.id, status: { in: ['queued', 'running', 'waiting'] } },
    },
    orderBy: { createdAt: 'asc' },
    take: MAX_OPEN_WAITS,
    include: { execution: { select: { workflow: { select: { id: true, name: true } } } } },
  });
  const names = await prisma.executionStep.findMany({
    where: { OR: rows.map(({ executionId, nodeId, iteration }) => ({ executionId, nodeId, iteration })) },
    select: { executionId: true, nodeId: true, nodeName: true },
  });
  const nameOf = new Map(names.map(({ executionId, nodeId, nodeName }) => [`${executionId} ${nodeId}`, nodeName]));
  return rows.flatMap(({ execution, executionId, nodeId, ...row }) => {
    const wait = waitViewSchema.safeParse({ ...row, nodeId });
    if (!wait.success) return [];
    const stepName = nameOf.get(`${executionId} ${nodeId}`) ?? nodeId;
    return [{ wait: wait.data, executionId, stepName, workflow: execution.workflow }];
  });
};
