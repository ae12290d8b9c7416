import { ERROR_PORT } from '@agentweaver/core/definition/workflow-definition';
import { SKIP_REASONS } from '@agentweaver/core/engine/skip-reasons';
import { AppError } from '@agentweaver/core/errors/app-error';
import { outputPortsOf } from '@agentweaver/core/nodes/definitions';
import { BACK_PORT } from '@agentweaver/core/nodes/node-type';
import type { PrismaTransaction } from './client.ts';
import { jsonColumn } from './json.ts';
import type { ReusePlan } from './reuse-plan.ts';
import { newStep } from './step-rows.ts';

type CopyOptions = {
  /** The new execution. */
  executionId: string;
  /** The one that the steps are taken from; of the same workspace and workflow. */
  sourceId: string;
  plan: ReusePlan;
  editedOutput: unknown;
  now: Date;
};

/**
 * Gives a new execution the finished steps of an earlier one, at no cost, with what ran inside of them and the files
 * that they wrote. What did not end there by itself, or not at all, is left out and runs.
 */
export const copySteps = async (
  tx: PrismaTransaction,
  { executionId, sourceId, plan, editedOutput, now }: CopyOptions,
): Promise<void> => {
  const ids = plan.copied.map(({ id }) => id);
  const types = plan.copied.map(({ type }) => type);
  const realSkips = [SKIP_REASONS.noPath, SKIP_REASONS.notNeeded];
  // Losers of a merge are cancelled as well as what an end cut short; only a completed execution has no other ones.
  await tx.$executeRaw`
    INSERT INTO execution_steps (execution_id, node_id, iteration, node_type, node_name, agent_role, status, attempts,
      input, output, ports, error, continued, reason, model, completed_at, cached, edited, reused_from_id)
    SELECT ${executionId}::uuid, step.node_id, step.iteration, step.node_type, step.node_name, step.agent_role,
      step.status, step.attempts, step.input, step.output, step.ports, step.error, step.continued, step.reason,
      step.model, step.completed_at, step.cached, step.edited, COALESCE(step.reused_from_id, ${sourceId}::uuid)
    FROM execution_steps AS step
    JOIN executions AS source ON source.id = step.execution_id
    JOIN unnest(${ids}::text[], ${types}::text[]) AS copied(node_id, node_type)
      ON copied.node_id = CASE WHEN step.iteration = '' THEN step.node_id
        ELSE regexp_replace(split_part(step.iteration, '/', 1), '(#[0-9]+)?\\[[0-9]+\\]$', '') END
    WHERE step.execution_id = ${sourceId}::uuid
      AND (step.iteration <> '' OR step.node_type = copied.node_type)
      AND (step.status = 'completed' OR (step.status = 'failed' AND step.continued)
        OR (step.status = 'skipped' AND step.reason = ANY(${realSkips}::text[]))
        OR (step.status = 'cancelled' AND source.status = 'completed'))`;
  await tx.$executeRaw`
    INSERT INTO execution_files (execution_id, path, media_type, size, content, node_id, created_at, updated_at)
    SELECT ${executionId}::uuid, path, media_type, size, content, node_id, created_at, updated_at
    FROM execution_files
    WHERE execution_id = ${sourceId}::uuid AND node_id IN (
      SELECT node_id FROM execution_steps WHERE execution_id = ${executionId}::uuid)`;
  if (plan.edited) await writeEdited(tx, { executionId, sourceId, node: plan.edited, output: editedOutput, now });
};

const writeEdited = async (
  tx: PrismaTransaction,
  {
    executionId,
    sourceId,
    node,
    output,
    now,
  }: {
    executionId: string;
    sourceId: string;
    node: NonNullable<ReusePlan['edited']>;
    output: unknown;
    now: Date;
  },
): Promise<void> => {
  await tx.executionStep.create({
    data: {
      executionId,
      ...newStep(node),
      status: 'completed',
      attempts: 1,
      output: jsonColumn(output),
      ports: await portsTaken(tx, sourceId, node),
      reason: 'Its output was written by a person.',
      completedAt: now,
      reusedFromId: sourceId,
      edited: true,
    },
  });
};

/** Those that it took before, in its last round; a step that never chose takes its only port. */
const portsTaken = async (
  tx: PrismaTransaction,
  sourceId: string,
  { id, type, name, config }: NonNullable<ReusePlan['edited']>,
): Promise<string[]> => {
  const rounds = await tx.executionStep.findMany({
    where: { executionId: sourceId, nodeId: id, status: 'completed' },
    orderBy: { completedAt: 'desc' },
    take: 1,
    select: { ports: true },
  });
  const taken = (rounds[0]?.ports ?? []).filter((port) => port !== BACK_PORT && port !== ERROR_PORT);
  if (taken.length > 0) return taken;
  const ports = outputPortsOf(type, config).map((port) => port.id);
  if (ports.length <= 1) return ports;
  throw new AppError('bad_request', {
    publicMessage: `“${name}” chooses where it goes on, and has not done so in that execution. Edit the output of a step that has completed.`,
    problems: [{ field: 'nodeId', message: 'has not completed in that execution' }],
  });
};
