import type { z } from 'zod';
import { type Budget, budgetSchema, type WorkflowDefinitionInput } from '../definition/workflow-definition.ts';
import type { EngineEvent } from '../engine/events.ts';
import type { RunOptions } from '../engine/execution.ts';
import { runWorkflow as runInEngine } from '../engine/run-workflow.ts';
import { isRunnable, validateWorkflow } from '../graph/validate-workflow.ts';
import type { Host } from '../host/host.ts';
import { withBudgets } from './budgeted-host.ts';
import { invalidWorkflow } from './compile/compile-workflow.ts';
import { createHost } from './create-host.ts';

export type RunWorkflowOptions = Omit<RunOptions, 'host'> & {
  /** Answers what the workflow asks of the outside. Default: `createHost()`, with the offline demo model. */
  host?: Host;
  /** For this run, in place of the one in the workflow's settings. */
  budget?: z.input<typeof budgetSchema>;
};

/**
 * Runs any workflow, such as one exported from the canvas, and reports what happens, in order; the last event says how
 * it ended, or that it waits. Checks it first: rejects with `invalid_workflow` naming everything that is wrong. Nothing
 * begins before the first event is asked for, and leaving the loop cancels it.
 *
 * With `resumeFrom` (`finished` of `collectRun`) an interrupted run goes on from its finished steps.
 */
export async function* runWorkflow(
  definition: WorkflowDefinitionInput,
  input: unknown,
  { host = createHost(), budget, ...options }: RunWorkflowOptions = {},
): AsyncGenerator<EngineEvent, void, void> {
  const { definition: checked, problems } = validateWorkflow(definition);
  if (!checked || !isRunnable(problems))
    throw invalidWorkflow(problems.filter(({ severity }) => severity === 'error').map(({ message }) => message));
  const limits: Budget | undefined = budget && budgetSchema.parse(budget);
  yield* runInEngine(checked, input, { ...options, host: withBudgets(host, checked, limits) });
}
