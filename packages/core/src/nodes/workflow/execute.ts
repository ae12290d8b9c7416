import { ExecutionError } from '../../engine/execution-errors.ts';
import type { Execute } from '../node-type.ts';
import type { WorkflowConfig } from './definition.ts';

export const executeWorkflow: Execute<WorkflowConfig> = async ({ config, evaluate, host, nextCall, runNested }) => {
  if (config.workflow.trim() === '') throw noneChosen();
  const input = await evaluate(config.input);
  const { name, versionNumber, definition } = await host.workflow.load({ workflow: config.workflow }, nextCall());
  const output = await runNested({ definition, input: input ?? {} });
  return { output: output ?? null, reason: `Ran “${name}”, version ${versionNumber}.` };
};

const noneChosen = (): ExecutionError =>
  new ExecutionError({
    code: 'invalid_workflow',
    message: 'No workflow is chosen.',
    hint: 'Choose the workflow that this node runs.',
  });
