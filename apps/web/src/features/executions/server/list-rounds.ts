import { executionNotFound } from '@agentweaver/db/execution-store';
import type { Prisma, PrismaClient } from '@agentweaver/db/generated/client';
import type { StepStatus, StepView } from '../execution-view.ts';
import type { ReadContext } from './execution-context.ts';
import { stepViewSchema } from './read-update.ts';

const ROUNDS_PAGE = 50;

type ListRoundsInput = {
  executionId: string;
  nodeId: string;
  status?: StepStatus;
  /** One run alone. */
  iteration?: string;
  /** Runs to leave out. */
  cursor?: number | null;
};

/** The runs of one node that has several, in the order in which they started; those that never did come last. */
export const listRounds = async (
  { prisma, workspace }: ReadContext,
  { executionId, nodeId, status, iteration, cursor }: ListRoundsInput,
): Promise<{ rounds: StepView[]; nextCursor: number | null }> => {
  const found = await prisma.execution.count({ where: { id: executionId, workspaceId: workspace.id } });
  if (found === 0) throw executionNotFound();
  const from = cursor ?? 0;
  const rows = await prisma.executionStep.findMany({
    where: { executionId, nodeId, status, iteration, ...(await ownRuns(prisma, { executionId, nodeId })) },
    orderBy: [{ startedAt: { sort: 'asc', nulls: 'last' } }, { iteration: 'asc' }],
    skip: from,
    take: ROUNDS_PAGE + 1,
    omit: { input: true, output: true },
  });
  const rounds = rows
    .slice(0, ROUNDS_PAGE)
    .map((row) => stepViewSchema.parse({ ...row, costUsd: row.costUsd.toNumber() }));
  return { rounds, nextCursor: rows.length > ROUNDS_PAGE ? from + ROUNDS_PAGE : null };
};

/** The same runs that `readUpdate` counts: a workflow that a step calls may have a node of the same id. */
const ownRuns = async (
  prisma: PrismaClient,
  { executionId, nodeId }: { executionId: string; nodeId: string },
): Promise<Prisma.ExecutionStepWhereInput> => {
  const top = await prisma.executionStep.findMany({
    where: { executionId, iteration: '', OR: [{ nodeId }, { nodeType: 'evaluate' }] },
    select: { nodeId: true, nodeType: true },
  });
  if (!top.some((step) => step.nodeId === nodeId)) return {};
  const evaluations = top.filter(({ nodeType }) => nodeType === 'evaluate');
  return { OR: [{ iteration: '' }, ...evaluations.map((step) => ({ iteration: { startsWith: `${step.nodeId}[` } }))] };
};
