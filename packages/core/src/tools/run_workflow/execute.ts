import { ExecutionError } from '../../engine/execution-errors.ts';
import type { LoadedWorkflow } from '../../host/ports/workflow.ts';
import type { ExecuteTool, ToolContext } from '../tool.ts';
import type { RunWorkflowInput, RunWorkflowSettings } from './definition.ts';

export const executeRunWorkflow: ExecuteTool<RunWorkflowInput, RunWorkflowSettings> = async (
  { input },
  { settings, ...context },
) => runLoaded(await loadWorkflow(settings, context), input, context);

export const loadWorkflow = (
  { workflow }: RunWorkflowSettings,
  { host, nextCall }: Pick<ToolContext, 'host' | 'nextCall'>,
): Promise<LoadedWorkflow> => host.workflow.load({ workflow }, nextCall());

export const runLoaded = (
  { definition }: LoadedWorkflow,
  input: unknown,
  { runNested }: Pick<ToolContext, 'runNested'>,
): Promise<unknown> => {
  if (runNested) return runNested({ definition, input: input ?? {} });
  return Promise.reject(
    new ExecutionError({
      code: 'not_available',
      message: 'No other workflow can be run from here.',
      hint: 'Use the tool run_workflow in an agent that runs inside a workflow.',
    }),
  );
};
