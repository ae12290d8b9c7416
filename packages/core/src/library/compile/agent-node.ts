import { z } from 'zod';
import type { AgentConfig } from '../../nodes/agent/definition.ts';
import type { ConfiguredToolInput } from '../../tools/configured-tool.ts';
import type { BoundTool } from '../../tools/tool.ts';
import type { Agent, AgentTool } from '../agent.ts';
import type { AgentExtras } from '../node-functions.ts';

/** The config of an agent node that does what the agent says; its own defaults fill in the rest. */
export const agentConfigOf = (
  { options }: Agent,
  defaultPrompt: string,
): Partial<Record<keyof AgentConfig, unknown>> => {
  const { timeout, output, cacheTtl, tools = [], fallbackModels } = options;
  return {
    role: options.role,
    prompt: options.prompt ?? defaultPrompt,
    ...given({
      model: options.model,
      personality: options.personality,
      temperature: options.temperature,
      maxTokens: options.maxTokens,
      maxSteps: options.maxSteps,
      reasoningEffort: options.reasoningEffort,
      timeoutMs: timeout,
      cacheTtlSeconds: cacheTtl,
    }),
    ...(fallbackModels ? { fallbackModels: [...fallbackModels] } : {}),
    ...(output ? { outputSchema: JSON.stringify(schemaOf(output)) } : {}),
    tools: configuredTools(tools),
  };
};

/** What the config cannot hold; `undefined` when it holds all. */
export const agentExtrasOf = ({ fn, options }: Agent): AgentExtras | undefined => {
  const tools = customTools(options.tools ?? []);
  refuseSameNames(options.tools ?? []);
  if (!fn && tools.length === 0 && !options.output) return undefined;
  return { fn, tools, output: options.output };
};

export const configuredTools = (tools: readonly AgentTool[]): ConfiguredToolInput[] =>
  // A name alone is the tool with its default settings.
  tools.flatMap((tool) => (typeof tool === 'string' ? [{ tool } as ConfiguredToolInput] : 'run' in tool ? [] : [tool]));

export const customTools = (tools: readonly AgentTool[]): BoundTool[] =>
  tools.flatMap((tool) => (typeof tool !== 'string' && 'run' in tool ? [tool] : []));

/** A model could not tell them apart. */
export const refuseSameNames = (tools: readonly AgentTool[]): void => {
  const names = tools.map((tool) =>
    typeof tool === 'string' ? tool : 'run' in tool ? tool.name : tool.name || tool.tool,
  );
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new TypeError(`Two tools of an agent are called “${twice}”; give one another name.`);
};

/** What the model has to write, before zod transforms it. */
export const schemaOf = (output: z.ZodType): Record<string, unknown> => {
  const { $schema: _, ...schema } = z.toJSONSchema(output, { io: 'input' });
  return schema;
};

export const given = <Fields extends Record<string, unknown>>(fields: Fields): Partial<Fields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<Fields>;
