import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { executionNotFound } from '@agentweaver/db/execution-store';
import { readTriggerNames } from '../../triggers/server/trigger-names.ts';
import type { ExecutionDetail } from '../execution-view.ts';
import type { ReadContext } from './execution-context.ts';
import { MAX_SEQ } from './log-position.ts';
import { readUpdate } from './read-update.ts';

/** One execution: its state, its steps and the definition that it ran, without inputs, outputs and log. */
export const getExecution = async (
  { prisma, workspace }: ReadContext,
  executionId: string,
): Promise<ExecutionDetail> => {
  const [row, update] = await Promise.all([
    prisma.execution.findFirst({
      where: { id: executionId, workspaceId: workspace.id },
      select: {
        trigger: true,
        scheduleId: true,
        webhookId: true,
        startAfter: true,
        rerunOfId: true,
        onlyNodeId: true,
        workflow: { select: { id: true, name: true, publishedVersionId: true } },
        version: { select: { id: true, number: true, definition: true } },
        createdBy: { select: { name: true, email: true } },
      },
    }),
    readUpdate(prisma, { workspaceId: workspace.id, executionId, since: MAX_SEQ, allSteps: true }),
  ]);
  if (!row || !update) throw executionNotFound();
  const nameOf = await readTriggerNames(prisma, workspace.id, [row]);
  return {
    ...update.execution,
    trigger: row.trigger,
    triggerName: nameOf(row),
    startAfter: row.startAfter,
    rerunOfId: row.rerunOfId,
    onlyNodeId: row.onlyNodeId,
    runBy: row.createdBy,
    workflow: { id: row.workflow.id, name: row.workflow.name },
    version: {
      id: row.version.id,
      number: row.version.number,
      published: row.version.id === row.workflow.publishedVersionId,
    },
    definition: workflowDefinitionSchema.parse(row.version.definition),
    steps: update.steps,
    rounds: update.rounds ?? [],
    waits: update.waits,
  };
};
