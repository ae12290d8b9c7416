import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { AppError } from '@agentweaver/core/errors/app-error';
import { v7 as uuidV7 } from 'uuid';
import type { PrismaClient } from './generated/client.ts';
import type { ExecutionPriority, Trigger } from './generated/enums.ts';
import { jsonText } from './json.ts';
import { startOfUtcDay } from './model-call-store.ts';
import type { ReusePlan } from './reuse-plan.ts';
import { copySteps } from './reuse-steps.ts';
import { inTransaction, onPool, type RunStatement, type Statement } from './statement.ts';
import { freezeVersion } from './workflow-store.ts';

type Version = { id: string; number: number };

export type NewExecution = {
  workspaceId: string;
  workflowId: string;
  /** Can run; frozen into a version unless it is one. */
  definition: WorkflowDefinition;
  version?: Version;
  input: unknown;
  trigger: Trigger;
  userId?: string;
  priority?: ExecutionPriority;
  /** It is queued as of this time, and not claimed before. */
  startAfter?: Date;
  scheduleId?: string;
  webhookId?: string;
  traceParent?: string;
  rerunOfId?: string;
  /** Steps of an earlier execution that need not run. */
  reuse?: { sourceId: string; plan: ReusePlan; editedOutput: unknown };
  /** The only node that runs. */
  onlyNodeId?: string;
  idempotency?: { key: string; hash: string };
  /** Of the workspace's plan; in MiB what a sandbox gets at most. */
  maxExecutionsPerDay: number;
  maxMemoryMb: number;
  now: Date;
};

/**
 * Writes the queued execution with its version and the first line of its log, and counts it for its day. Throws
 * `plan_limit` when the day's are used up; a key that is taken already violates its unique index.
 */
export const createExecution = (prisma: PrismaClient, execution: NewExecution): Promise<{ id: string }> => {
  const { version, reuse } = execution;
  if (version && !reuse) return insertExecution(onPool(prisma), execution, version);
  return prisma.$transaction(async (tx) => {
    const frozen = version ?? (await freezeVersion(tx, execution));
    const created = await insertExecution(inTransaction(tx), execution, frozen);
    if (reuse) await copySteps(tx, { executionId: created.id, now: execution.now, ...reuse });
    return created;
  });
};

/** Counts and stores in one statement: no row when the day's executions of the workspace are used up, and then nothing is written. */
const INSERT_EXECUTION: Statement = {
  name: 'insert_execution',
  text: `
  WITH counted AS (
    INSERT INTO workspace_days AS today (workspace_id, day, executions)
    SELECT $2::uuid, $3::date, 1 WHERE $4::int > 0
    ON CONFLICT (workspace_id, day) DO UPDATE SET executions = today.executions + 1 WHERE today.executions < $4::int
    RETURNING workspace_id
  ), stored AS (
    INSERT INTO executions (id, workspace_id, workflow_id, version_id, trigger, priority, start_after, input,
      created_by_id, rerun_of_id, only_node_id, idempotency_key, idempotency_hash, queued_at, last_seq, schedule_id,
      webhook_id, trace_parent)
    SELECT $1::uuid, workspace_id, $5::uuid, $6::uuid, $7::execution_trigger, $8::execution_priority, $9::timestamptz, $10::json,
      $11::uuid, $12::uuid, $13::text, $14::text, $15::text, COALESCE($9::timestamptz, $16::timestamptz), 1, $17::uuid,
      $18::uuid, $19::text
    FROM counted
    RETURNING id
  )
  INSERT INTO execution_events (execution_id, seq, type, message, data, created_at)
  SELECT id, 1, 'execution_queued', $20::text, $21::jsonb, $16::timestamptz FROM stored
  RETURNING execution_id AS id`,
};

/** One that asks for nothing gets what the plan has, and is told where that is less than usual. */
const loweredMemory = ({ definition, maxMemoryMb }: Pick<NewExecution, 'definition' | 'maxMemoryMb'>): string => {
  const { memoryMb } = definition.settings;
  if (memoryMb <= maxMemoryMb) return '';
  return ` Its sandbox gets ${maxMemoryMb} MiB of memory, all that the plan of this workspace allows, instead of ${memoryMb} MiB.`;
};

const insertExecution = async (
  run: RunStatement,
  { workspaceId, startAfter, reuse, onlyNodeId, idempotency, maxExecutionsPerDay, now, ...execution }: NewExecution,
  version: Version,
): Promise<{ id: string }> => {
  const { workflowId, input, trigger, userId, rerunOfId, scheduleId, webhookId, traceParent, priority } = execution;
  const today = startOfUtcDay(now);
  const lowered = loweredMemory(execution);
  const data = {
    trigger,
    version: version.number,
    ...(startAfter ? { startAfter: startAfter.toISOString() } : {}),
    ...(reuse ? { reusedFromId: reuse.sourceId } : {}),
    ...(lowered ? { memoryMb: execution.maxMemoryMb } : {}),
    ...(onlyNodeId === undefined ? {} : { onlyNodeId }),
  };
  const [stored] = await run<{ id: string }>(INSERT_EXECUTION, [
    uuidV7(),
    workspaceId,
    today.toISOString().slice(0, 10),
    maxExecutionsPerDay,
    workflowId,
    version.id,
    trigger,
    priority ?? 'interactive',
    startAfter?.toISOString() ?? null,
    jsonText(input),
    userId ?? null,
    rerunOfId ?? null,
    onlyNodeId ?? null,
    idempotency?.key ?? null,
    idempotency?.hash ?? null,
    now.toISOString(),
    scheduleId ?? null,
    webhookId ?? null,
    traceParent ?? null,
    `${startAfter ? `Starts at ${startAfter.toISOString()}.` : 'Queued.'}${lowered}`,
    JSON.stringify(data),
  ]);
  if (stored) return stored;
  throw new AppError('plan_limit', {
    publicMessage: `This workspace may start ${maxExecutionsPerDay} executions a day, and has. It can go on at midnight UTC.`,
    retryAfterSeconds: Math.ceil((today.getTime() + 86_400_000 - now.getTime()) / 1_000),
  });
};
