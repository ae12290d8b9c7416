import type { LogLevel } from '../engine/events.ts';
import type { CallContext, Host } from '../host/host.ts';
import type { ImagePart, ModelMessage, ModelRequest, Usage } from '../models/model-call.ts';
import type { ExecuteContext, StepReport } from '../nodes/node-type.ts';
import type { BoundTool } from '../tools/tool.ts';

/** Limits and defaults of agents, the same in the library, the node and the form. */
export const AGENT_DEFAULTS = {
  model: 'auto',
  personality: 'helpful, professional',
  temperature: 0.7,
  maxTokens: 4_000,
  timeoutMs: 30_000,
  /** Model calls in one run of an agent, the first included. */
  maxSteps: 10,
} as const;

/** One piece of work for an agent. */
export type AgentTask = Pick<
  ModelRequest,
  'role' | 'personality' | 'model' | 'temperature' | 'maxTokens' | 'timeoutMs' | 'reasoningEffort' | 'outputSchema'
> & {
  prompt: string;
  images?: readonly ImagePart[];
  /** What was said before the prompt. */
  history?: readonly ModelMessage[];
  fallbackModels?: string[];
  cacheTtlSeconds?: number;
  tools?: readonly BoundTool[];
  /** Model calls, the first included; when it is reached, the last one may not ask for tools any more. */
  maxSteps?: number;
  /** One of several that write at the same time: what it writes is not shown while it is written. */
  quiet?: boolean;
};

/** What an agent needs of the step that it runs in. */
export type AgentContext = {
  host: Host;
  nextCall: () => CallContext;
  signal: AbortSignal;
  log: (level: LogLevel, message: string, metadata?: Record<string, unknown>) => void;
  report: (report: StepReport) => void;
  /** For the tool `run_workflow`. */
  runNested?: ExecuteContext<unknown>['runNested'];
};

export type ToolUse = { tool: string; input: unknown; output?: unknown; error?: string; durationMs: number };

export type AgentAnswer = {
  text: string;
  /** With an `outputSchema`: satisfies it. */
  output?: unknown;
  /** The model that gave the last answer. */
  model: string;
  reason: string;
  usage: Usage;
  costUsd: number;
  modelCalls: number;
  toolUses: ToolUse[];
  /** The whole conversation, the prompt and the answer included. */
  messages: ModelMessage[];
  /** Every answer came from the response cache. */
  cached: boolean;
};
