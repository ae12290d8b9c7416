import type { z } from 'zod';
import type { LogLevel } from '../engine/events.ts';
import type { CallContext, Host } from '../host/host.ts';
import type { Usage } from '../models/model-call.ts';

/** Every node type. Adding one: see the steps at the top of `definitions.ts`. */
export const NODE_TYPES = [
  'input',
  'output',
  'agent',
  'condition',
  'transform',
  'http_request',
  'code',
  'delay',
] as const;
export type NodeType = (typeof NODE_TYPES)[number];

export type NodeCategory = 'flow' | 'ai' | 'data' | 'tools';

export type Port = { id: string; label: string };

/** What a node type is: safe in a browser, no behaviour. */
export type NodeDefinition<Config extends z.ZodObject = z.ZodObject> = {
  type: NodeType;
  title: string;
  /** One line for the palette. */
  summary: string;
  /** Other words people search for. */
  aliases: string[];
  category: NodeCategory;
  /** Name of a Tabler icon, without the `Icon` prefix. */
  icon: string;
  config: Config;
  /** A config that parses, for a node just dropped on the canvas. */
  defaults: z.input<Config>;
  inputs: Port[];
  /** Output ports may depend on the config (condition). Method syntax, so that the registry can hold definitions of different configs. */
  outputs(config: z.output<Config>): Port[];
  /** Limit for one attempt when the node sets none, in ms. */
  defaultTimeoutMs: number;
};

/** What an execute function works with. */
export type ExecuteContext<Config> = {
  nodeId: string;
  /** Parsed by the definition's schema; template fields are raw text. */
  config: Config;
  /** The workflow's input. */
  input: unknown;
  /** Output of the one active predecessor, or `{ [nodeId]: output }` when several lead here. */
  previous: unknown;
  /** Finished steps, for code and expressions: `steps.<id>.output`. */
  steps: Record<string, { output: unknown }>;
  /** Evaluates a template: exactly one `{{ }}` gives its raw value, anything else a string. */
  evaluate: (template: string) => Promise<unknown>;
  /** Evaluates a template to a string (objects as JSON). */
  render: (template: string) => Promise<string>;
  /** Evaluates a bare JSONata expression. */
  query: (expression: string) => Promise<unknown>;
  host: Host;
  /** The context of the next host call. */
  nextCall: () => CallContext;
  /** Aborted on cancel and on timeout. */
  signal: AbortSignal;
  log: (level: LogLevel, message: string, metadata?: Record<string, unknown>) => void;
  /** Ms left for this attempt when it started. */
  timeoutMs: number;
};

export type ExecuteResult = {
  output: unknown;
  /** The output ports taken; `['out']` when absent. */
  ports?: string[];
  /** Why: which branch, which model. */
  reason?: string;
  model?: string;
  usage?: Usage;
  costUsd?: number;
};

/** Runs one attempt of a node. Throws `ExecutionError` on failure. */
export type Execute<Config> = (context: ExecuteContext<Config>) => Promise<ExecuteResult>;
