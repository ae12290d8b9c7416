import type { ConfiguredTool } from './configured-tool.ts';
import { TOOL_EXECUTORS } from './executors.ts';
import { bindMcp } from './mcp/bind.ts';
import { bindRunWorkflow } from './run_workflow/bind.ts';
import type { BindContext, BindTool, BoundTool, ExecuteTool, ToolName } from './tool.ts';
import { createNameGiver } from './tool-alias.ts';
import { parseToolInput, toModelSchema } from './tool-input.ts';
import { TOOL_DEFINITIONS } from './tools.ts';

/** Tools that are known only when somebody else is asked. */
const DISCOVERED: Partial<Record<ToolName, BindTool<never>>> = { mcp: bindMcp, run_workflow: bindRunWorkflow };

/**
 * An agent's tools, ready to be offered to a model. Asks MCP servers and workflows what they take, one after the other,
 * so that the step's host calls are counted alike each time; rejects when one does not answer. No two have one name.
 */
export const bindTools = async (configured: readonly ConfiguredTool[], context: BindContext): Promise<BoundTool[]> => {
  const giveName = createNameGiver();
  const bound: BoundTool[] = [];
  for (const one of configured) {
    const bind = DISCOVERED[one.tool] ?? bindKnown;
    // The settings come from the tool's own schema, which is all that `never` asks for.
    for (const tool of await bind(one as never, context)) {
      bound.push({ ...tool, name: giveName(tool.name), description: describe(one.description, tool.description) });
    }
  }
  return bound;
};

const bindKnown = async ({ tool, name, settings }: ConfiguredTool): Promise<BoundTool[]> => {
  const definition = TOOL_DEFINITIONS[tool];
  const execute = TOOL_EXECUTORS[tool] as ExecuteTool<unknown, unknown>;
  const told = definition.tell?.(settings);
  return [
    {
      name: name || tool,
      description: [definition.description, told].filter(Boolean).join(' '),
      inputSchema: toModelSchema(definition.input),
      touches: definition.touches,
      run: async (input, context) =>
        execute(parseToolInput({ name: name || tool, input: definition.input }, input ?? {}), { ...context, settings }),
    },
  ];
};

const MAX_DESCRIPTION = 10_000;

/** The author's own words come first. */
const describe = (own: string, usual: string): string =>
  [own.trim(), usual].filter(Boolean).join('\n\n').slice(0, MAX_DESCRIPTION);
