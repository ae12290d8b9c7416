import type { FinishedStep } from '@agentweaver/core/engine/events';
import { parseIteration } from '@agentweaver/core/engine/parse-iteration';
import { stepKey } from '@agentweaver/core/engine/step-key';
import { BACK_PORT } from '@agentweaver/core/nodes/node-type';
import type { PrismaTransaction } from './client.ts';
import type { ExecutionStep } from './generated/client.ts';

export type ResumedSteps = {
  /** What need not run again, in the order in which it ended. */
  finished: FinishedStep[];
  /** The attempts that steps were in when they were interrupted, by `stepKey`. */
  attempts: Record<string, number>;
};

type Row = Pick<ExecutionStep, 'nodeId' | 'iteration' | 'status' | 'continued' | 'attempts' | 'ports'>;

/** Finds what an execution has done so far, and reopens the rows of the steps that will run again. */
export const resumeSteps = async (tx: PrismaTransaction, executionId: string): Promise<ResumedSteps> => {
  const rows = await tx.executionStep.findMany({
    where: { executionId, OR: [{ status: { not: 'pending' } }, { attempts: { gt: 0 } }] },
    orderBy: [{ completedAt: 'asc' }, { nodeId: 'asc' }, { iteration: 'asc' }],
    select: { nodeId: true, iteration: true, status: true, continued: true, attempts: true, ports: true },
  });
  const live = liveRows(rows);
  const again = stepsToRunAgain(live);
  await reopen(
    tx,
    executionId,
    [...again].filter(({ status }) => status !== 'pending'),
  );
  const finished = live.filter((row) => !again.has(row));
  const interrupted = [...again].filter(({ attempts }) => attempts > 0);
  return {
    finished: await withOutputs(tx, executionId, finished),
    attempts: Object.fromEntries(interrupted.map((row) => [stepKey(row.nodeId, row.iteration), row.attempts])),
  };
};

/** Without what ran inside steps that have ended, or inside an earlier attempt of one: the engine never looks there. */
const liveRows = (rows: readonly Row[]): Row[] => {
  const byKey = new Map(rows.map((row) => [stepKey(row.nodeId, row.iteration), row]));
  const known = new Map<string, boolean>([['', true]]);
  const isLive = (iteration: string): boolean => {
    const before = known.get(iteration);
    if (before !== undefined) return before;
    const live = (parseIteration(iteration) ?? []).every(({ nodeId, attempt, within }) => {
      const owner = byKey.get(stepKey(nodeId, within));
      if (!owner) return false;
      // An evaluation has ended, and what it sent back goes on.
      return owner.ports.includes(BACK_PORT) || (!hasEnded(owner) && owner.attempts === attempt);
    });
    known.set(iteration, live);
    return live;
  };
  return rows.filter(({ iteration }) => isLive(iteration));
};

const hasEnded = ({ status, continued }: Row): boolean =>
  status === 'completed' || status === 'skipped' || status === 'cancelled' || (status === 'failed' && continued);

/**
 * Steps that ran or waited, and those that failed for good: in an item of a map that its other items outlive, or just
 * before the executor died. With these go the steps that were cancelled for them; the other cancelled ones are the
 * losers of a merge, and stay so.
 */
const stepsToRunAgain = (rows: readonly Row[]): Set<Row> => {
  const failedIn = new Set(rows.flatMap((row) => (row.status === 'failed' && !row.continued ? row.iteration : [])));
  const wasCancelledFor = ({ iteration }: Row): boolean =>
    [{ within: iteration }, ...(parseIteration(iteration) ?? [])].some(({ within }) => failedIn.has(within));
  return new Set(rows.filter((row) => !hasEnded(row) || (row.status === 'cancelled' && wasCancelledFor(row))));
};

const reopen = async (tx: PrismaTransaction, executionId: string, rows: readonly Row[]): Promise<void> => {
  if (rows.length === 0) return;
  // A step that waited began long ago, and says so.
  await tx.$executeRaw`
    UPDATE execution_steps AS step
    SET status = 'pending', completed_at = NULL, duration_ms = NULL,
        started_at = CASE WHEN step.status = 'waiting' THEN step.started_at END
    FROM unnest(${rows.map(({ nodeId }) => nodeId)}::text[], ${rows.map(({ iteration }) => iteration)}::text[])
      AS again(node_id, iteration)
    WHERE step.execution_id = ${executionId}::uuid
      AND step.node_id = again.node_id AND step.iteration = again.iteration`;
};

/** Rows read at a time, so that the outputs of a large map do not all lie in one answer of the database. */
const OUTPUTS_AT_ONCE = 2_000;

const withOutputs = async (
  tx: PrismaTransaction,
  executionId: string,
  rows: readonly Row[],
): Promise<FinishedStep[]> => {
  const steps: FinishedStep[] = [];
  for (let start = 0; start < rows.length; start += OUTPUTS_AT_ONCE) {
    const part = rows.slice(start, start + OUTPUTS_AT_ONCE);
    const found = await tx.$queryRaw<{ nodeId: string; iteration: string; output: unknown }[]>`
      SELECT node_id AS "nodeId", iteration, output
      FROM execution_steps
      JOIN unnest(${part.map(({ nodeId }) => nodeId)}::text[], ${part.map(({ iteration }) => iteration)}::text[])
        AS part(node_id, iteration) USING (node_id, iteration)
      WHERE execution_id = ${executionId}::uuid AND output IS NOT NULL`;
    const outputs = new Map(found.map(({ nodeId, iteration, output }) => [stepKey(nodeId, iteration), output]));
    steps.push(...part.map((row) => finishedStep(row, outputs.get(stepKey(row.nodeId, row.iteration)) ?? null)));
  }
  return steps;
};

const finishedStep = ({ nodeId, iteration, status, ports }: Row, output: unknown): FinishedStep =>
  status === 'completed' || status === 'failed'
    ? { status, nodeId, iteration, output, ports }
    : { status: status === 'cancelled' ? 'cancelled' : 'skipped', nodeId, iteration };
