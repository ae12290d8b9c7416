import type { LoadedWorkflow } from '../../host/ports/workflow.ts';
import { prepareInput } from '../../nodes/input/check-input.ts';
import { inputConfig } from '../../nodes/input/definition.ts';
import type { BindTool } from '../tool.ts';
import { toToolName } from '../tool-alias.ts';
import { inputRefused } from '../tool-input.ts';
import { type RunWorkflowSettings, runWorkflowTool } from './definition.ts';
import { loadWorkflow, runLoaded } from './execute.ts';

/** The workflow as a tool of its own: under its name, and taking the fields that its input asks for. */
export const bindRunWorkflow: BindTool<RunWorkflowSettings> = async ({ name, settings }, bindContext) => {
  const loaded = await loadWorkflow(settings, bindContext);
  const tool = name || toToolName(loaded.name) || runWorkflowTool.name;
  return [
    {
      name: tool,
      description: `Runs the workflow “${loaded.name}” to its end and gives its results.`,
      inputSchema: inputSchemaOf(loaded),
      touches: runWorkflowTool.touches,
      run: async (given, context) => {
        const { input, problems } = prepareInput(loaded.definition, given ?? {});
        if (problems.length > 0) {
          throw inputRefused(
            tool,
            problems.map(({ field, message }) => `${field || 'the input'}: ${message}`),
          );
        }
        return runLoaded(loaded, input, { runNested: context.runNested ?? bindContext.runNested });
      },
    },
  ];
};

const JSON_TYPES = { text: 'string', long_text: 'string', number: 'number', boolean: 'boolean' } as const;

/** As the model sees it: without what only a form needs. Without fields any object is taken. */
const inputSchemaOf = ({ definition }: LoadedWorkflow): Record<string, unknown> => {
  const config = inputConfig.safeParse(definition.nodes.find(({ type }) => type === 'input')?.config);
  const fields = config.data?.fields ?? [];
  return {
    type: 'object',
    properties: Object.fromEntries(
      fields.map(({ name, label, type }) => [
        name,
        { ...(label ? { description: label } : {}), ...(type === 'json' ? {} : { type: JSON_TYPES[type] }) },
      ]),
    ),
    required: fields.filter((field) => field.required && field.default.trim() === '').map(({ name }) => name),
    additionalProperties: fields.length === 0,
  };
};
