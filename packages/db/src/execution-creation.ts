import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import type { PrismaClient } from './generated/client.ts';
import type { ExecutionPriority, ExecutionStatus, Trigger } from './generated/enums.ts';
import { jsonColumn } from './json.ts';
import type { ReusePlan } from './reuse-plan.ts';
import { copySteps } from './reuse-steps.ts';
import { freezeVersion } from './workflow-store.ts';

export type NewExecution = {
  workspaceId: string;
  workflowId: string;
  /** Valid; frozen into a version. */
  definition: WorkflowDefinition;
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
  now: Date;
};

/** Writes the queued execution with its version and the first line of its log. */
export const createExecution = (
  prisma: PrismaClient,
  {
    workspaceId,
    workflowId,
    definition,
    input,
    trigger,
    userId,
    priority,
    startAfter,
    scheduleId,
    webhookId,
    traceParent,
    rerunOfId,
    reuse,
    onlyNodeId,
    idempotency,
    now,
  }: NewExecution,
): Promise<{ id: string; status: ExecutionStatus }> =>
  prisma.$transaction(async (tx) => {
    const version = await freezeVersion(tx, { workflowId, definition, userId });
    const execution = await tx.execution.create({
      data: {
        workspaceId,
        workflowId,
        versionId: version.id,
        trigger,
        input: jsonColumn(input),
        createdById: userId,
        priority,
        startAfter,
        scheduleId,
        webhookId,
        traceParent,
        rerunOfId,
        onlyNodeId,
        idempotencyKey: idempotency?.key,
        idempotencyHash: idempotency?.hash,
        queuedAt: startAfter ?? now,
        lastSeq: 1,
        events: {
          create: {
            seq: 1,
            type: 'execution_queued',
            message: startAfter ? `Starts at ${startAfter.toISOString()}.` : 'Queued.',
            data: {
              trigger,
              version: version.number,
              ...(startAfter ? { startAfter: startAfter.toISOString() } : {}),
              ...(reuse ? { reusedFromId: reuse.sourceId } : {}),
              ...(onlyNodeId === undefined ? {} : { onlyNodeId }),
            },
            createdAt: now,
          },
        },
      },
      select: { id: true, status: true },
    });
    if (reuse) await copySteps(tx, { executionId: execution.id, now, ...reuse });
    return execution;
  });
