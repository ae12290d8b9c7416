import type { CallContext } from '../../host/host.ts';
import { createInProcessHost, type InProcessHostOptions } from '../../host/in-process-host.ts';
import { TOOL_EXECUTORS } from '../executors.ts';
import type { ToolContext, ToolName } from '../tool.ts';
import { parseToolInput } from '../tool-input.ts';
import { TOOL_DEFINITIONS } from '../tools.ts';

/** What a tool gets of a step, with a real in-process host and nothing else around it. */
export const toolContext = (
  options: InProcessHostOptions = {},
  signal: AbortSignal = new AbortController().signal,
): Omit<ToolContext, 'settings'> & { logs: string[] } => {
  const logs: string[] = [];
  let index = 0;
  return {
    host: createInProcessHost(options),
    nextCall: (): CallContext => ({ nodeId: 'node', iteration: '', attempt: 1, index: index++, signal }),
    signal,
    log: (level, message) => logs.push(`${level}: ${message}`),
    logs,
  };
};

/** One use of a tool, its input and settings checked by its own schemas. */
export const executeTool = async (
  name: ToolName,
  { input, settings = {} }: { input: unknown; settings?: Record<string, unknown> },
  context: Omit<ToolContext, 'settings'> = toolContext(),
): Promise<unknown> => {
  const definition = TOOL_DEFINITIONS[name];
  const parsed = definition.settings.parse({ ...definition.defaults, ...settings });
  // Both come from the tool's own schemas, which is all that `never` asks for.
  return TOOL_EXECUTORS[name](parseToolInput(definition, input) as never, { ...context, settings: parsed as never });
};
