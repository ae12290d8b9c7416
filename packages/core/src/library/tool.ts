import type { z } from 'zod';
import type { BoundTool, Touches } from '../tools/tool.ts';
import { parseToolInput, toModelSchema } from '../tools/tool-input.ts';

/** What a tool's function works with beside its input. */
export type ToolCall = Pick<Parameters<BoundTool['run']>[1], 'host' | 'nextCall' | 'signal' | 'log'>;

export type ToolOptions<Input extends z.ZodObject> = {
  /** What the model calls it: letters, digits, `_` and `-`, at most 64. */
  name: string;
  /** For the model: what it does and when to use it. */
  description: string;
  /** A zod object; what the model gives is checked against it before the function is called. */
  input: Input;
  /** What it may touch, shown to people. */
  touches?: readonly Touches[];
  /**
   * Does it. What it returns is told to the model as JSON, cut after 20,000 characters; what it throws is told to the
   * model as well, which may try something else. Pass `signal` on, so that a cancel ends it.
   */
  execute: (input: z.output<Input>, call: ToolCall) => unknown;
};

/** A tool of your own; see `tool`. */
export type CustomTool = BoundTool;

/**
 * A tool of your own for agents. Built-in ones are named instead: `'web_search'`, or with settings
 * `{ tool: 'database_query', settings: { … } }`.
 *
 * @example
 * const stock = tool({
 *   name: 'stock',
 *   description: 'How many of an article are in stock.',
 *   input: z.object({ article: z.string() }),
 *   execute: async ({ article }) => warehouse.count(article),
 * });
 */
export const tool = <Input extends z.ZodObject>(options: ToolOptions<Input>): CustomTool => {
  const { name, description, input, touches = ['nothing'], execute } = options;
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name))
    throw new TypeError(`The tool’s name “${name}” must be letters, digits, _ and -, at most 64.`);
  return {
    name,
    description,
    touches,
    inputSchema: toModelSchema(input),
    run: async (given, { host, nextCall, signal, log }) =>
      execute(parseToolInput({ name, input }, given ?? {}), { host, nextCall, signal, log }),
  };
};
