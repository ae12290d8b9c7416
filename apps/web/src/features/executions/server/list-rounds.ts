import { executionNotFound } from '@agentweaver/db/execution-store';
import type { StepStatus, StepView } from '../execution-view.ts';
import type { ReadContext } from './execution-context.ts';
import { stepViewSchema } from './read-update.ts';

export const ROUNDS_PAGE = 50;

/** The runs of one node that has several, in the order in which they started; `offset` counts runs. */
export const listRounds = async (
  { prisma, workspace }: ReadContext,
  { executionId, nodeId, status, offset }: { executionId: string; nodeId: string; status?: StepStatus; offset: number },
): Promise<{ rounds: StepView[]; nextOffset: number | null }> => {
  const found = await prisma.execution.count({ where: { id: executionId, workspaceId: workspace.id } });
  if (found === 0) throw executionNotFound();
  const rows = await prisma.executionStep.findMany({
    where: { executionId, nodeId, ...(status ? { status } : {}) },
    // Rounds that never started come last.
    orderBy: [{ startedAt: { sort: 'asc', nulls: 'last' } }, { iteration: 'asc' }],
    skip: offset,
    take: ROUNDS_PAGE + 1,
    omit: { input: true, output: true },
  });
  const rounds = rows
    .slice(0, ROUNDS_PAGE)
    .map((row) => stepViewSchema.parse({ ...row, costUsd: row.costUsd.toNumber() }));
  return { rounds, nextOffset: rows.length > ROUNDS_PAGE ? offset + ROUNDS_PAGE : null };
};
