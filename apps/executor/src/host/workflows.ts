import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { isAppError } from '@agentweaver/core/errors/app-error';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { pinWorkflow } from '@agentweaver/db/loaded-workflow-store';
import { MAX_WORKFLOW_DEPTH } from '../tunables.ts';
import type { HostCall, HostServices } from './host-calls.ts';

/** Hands a step another workflow of its workspace, to be run inside it. */
export const createWorkflowService = (
  prisma: PrismaClient,
  { executionId, workspaceId }: { executionId: string; workspaceId: string },
): HostServices['workflow.load'] => {
  /** Steps that run a workflow; a resumed execution loads again, so this fills up again. */
  const loading = new Set<string>();

  return async ({ workflow: reference }, call) => {
    if (depthOf(call, loading) >= MAX_WORKFLOW_DEPTH) {
      throw invalidWorkflow(
        `Workflows may run each other ${MAX_WORKFLOW_DEPTH} deep, and “${reference}” would be one more.`,
        'A workflow that runs itself needs a condition that ends it.',
      );
    }
    try {
      const loaded = await pinWorkflow(prisma, { executionId, workspaceId, reference });
      loading.add(placeOf(call.nodeId, call.iteration));
      return loaded;
    } catch (error) {
      if (!isAppError(error)) throw error;
      const details = error.problems.slice(0, 3).map(({ field, message }) => ` ${field}: ${message}`);
      throw invalidWorkflow(
        `The workflow “${reference}” cannot run. ${error.publicMessage}${details.join('')}`,
        'Choose a workflow of this workspace that has no problems, by its id or its name.',
      );
    }
  };
};

const placeOf = (nodeId: string, iteration: string): string => JSON.stringify([iteration, nodeId]);

/** How many of the steps around a call run a workflow. A segment such as `call#2[0]` names the step around. */
const depthOf = ({ iteration }: HostCall, loading: ReadonlySet<string>): number => {
  const segments = iteration === '' ? [] : iteration.split('/');
  return segments.filter((segment, index) => {
    const nodeId = segment.replace(/(#\d+)?\[\d+\]$/, '');
    return loading.has(placeOf(nodeId, segments.slice(0, index).join('/')));
  }).length;
};

const invalidWorkflow = (message: string, hint: string): ExecutionError =>
  new ExecutionError({ code: 'invalid_workflow', message, hint });
