import { ExecutionError } from '../../engine/execution-errors.ts';
import type { LoadedWorkflow } from '../../host/ports/workflow.ts';
import { orAbsent } from '../setting-fields.ts';
import type { ExecuteTool, ToolContext } from '../tool.ts';
import { settingMissing } from '../tool-error.ts';
import type { RunWorkflowInput, RunWorkflowSettings } from './definition.ts';

export const executeRunWorkflow: ExecuteTool<RunWorkflowInput, RunWorkflowSettings> = async (
  { input },
  { settings, ...context },
) => runLoaded(await loadWorkflow(settings, context), input, context);

export const loadWorkflow = (
  settings: RunWorkflowSettings,
  { host, nextCall }: Pick<ToolContext, 'host' | 'nextCall'>,
): Promise<LoadedWorkflow> => {
  const workflow = orAbsent(settings.workflow);
  if (workflow !== undefined) return host.workflow.load({ workflow }, nextCall());
  return Promise.reject(
    settingMissing({ tool: 'run_workflow', field: 'workflow', hint: 'Choose the workflow that it runs.' }),
  );
};

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
