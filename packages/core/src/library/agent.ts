import type { z } from 'zod';
import type { AgentAnswer } from '../agents/agent-task.ts';
import type { LogLevel } from '../engine/events.ts';
import type { Host } from '../host/host.ts';
import type { ConfiguredToolInput } from '../tools/configured-tool.ts';
import type { ToolName } from '../tools/tool.ts';
import type { CustomTool } from './tool.ts';

/** A built-in tool by its name, one with settings, or one of your own. */
export type AgentTool = ToolName | ConfiguredToolInput | CustomTool;

/** What a predicate and a function see of the run. */
export type RunView = {
  /** What `run` was called with. */
  task: unknown;
  /** The `context` that `run` was called with. */
  context: unknown;
  /** Output of the step before, or the task for the first. */
  previous: unknown;
  /** What has finished, by step id. */
  steps: Record<string, { output: unknown }>;
};

/** What an agent's function works with. */
export type AgentCall = RunView & {
  /**
   * Asks the agent's model, with its role, tools and schema. Without a prompt: what the agent would be asked.
   * Rejects with `ExecutionError`.
   */
  ask: (prompt?: string) => Promise<AgentAnswer>;
  host: Host;
  /** Aborted on cancel and on timeout. */
  signal: AbortSignal;
  log: (level: LogLevel, message: string, metadata?: Record<string, unknown>) => void;
};

/** What an agent does by itself, in place of asking its model once. It returns the agent's output, as JSON. */
export type AgentFunction = (input: unknown, call: AgentCall) => unknown;

export type AgentOptions<Output extends z.ZodType = z.ZodType> = {
  /** Who the agent is and what it is responsible for. */
  role: string;
  /** `provider/model`, such as `anthropic/claude-sonnet-5-5`. `auto`: the host chooses and says why. */
  model?: string;
  tools?: readonly AgentTool[];
  /** Tone and manner. Default `helpful, professional`. */
  personality?: string;
  /** 0 is steady, 2 is wild. Default 0.7. */
  temperature?: number;
  /** Of one answer, in tokens. Default 4000. */
  maxTokens?: number;
  /** Of one model call, in milliseconds. Default 30,000. */
  timeout?: number;
  /** The answer is then an object that satisfies it, repaired once where it does not, and parsed. */
  output?: Output;
  /** Its name in results and on the canvas. Default: the role. */
  name?: string;
  /** What it is asked, with `{{ expressions }}` over `input.task`, `input.context`, `previous` and `steps.<id>.output`. */
  prompt?: string;
  /** Mode `conditional`: when it is its turn, as an expression or a function. Without one it is the branch for everything else. */
  when?: string | ((view: RunView) => unknown);
  /** What it is good at; a team shares out its work by them. */
  skills?: readonly string[];
  /** Model calls in one run when it uses tools. Default 10. */
  maxSteps?: number;
  /** Asked in this order when the model before cannot answer. */
  fallbackModels?: readonly string[];
  reasoningEffort?: 'low' | 'medium' | 'high';
  /** An answer to the same request that is at most this old is given again. In seconds, 0: never. */
  cacheTtl?: number;
};

/** An agent of a workflow; see `agent`. */
export type Agent = {
  kind: 'agent';
  name: string;
  options: AgentOptions;
  fn?: AgentFunction;
};

/**
 * An agent: a role, a model, tools. With a function it does what the function does, which may `ask` its model.
 *
 * @example
 * const writer = agent({ role: 'Technical writer', model: 'openai/gpt-4.1', temperature: 0.3 });
 *
 * @example
 * const shout = agent({ role: 'Herald' }, async (input, { ask }) => {
 *   const { text } = await ask(`One sentence about ${input}`);
 *   return text.toUpperCase();
 * });
 */
export const agent = <Output extends z.ZodType>(options: AgentOptions<Output>, fn?: AgentFunction): Agent => ({
  kind: 'agent',
  name: options.name ?? options.role,
  options,
  ...(fn ? { fn } : {}),
});
