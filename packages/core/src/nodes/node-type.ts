import type { z } from 'zod';
import type { WorkflowDefinition } from '../definition/workflow-definition.ts';
import type { EngineEvent, LogLevel } from '../engine/events.ts';
import type { CallContext, Host } from '../host/host.ts';
import type { Usage } from '../models/model-call.ts';

/** Every node type. Adding one: see the steps at the top of `definitions.ts`. */
export const NODE_TYPES = [
  'input',
  'output',
  'agent',
  'coordinator',
  'condition',
  'transform',
  'http_request',
  'code',
  'delay',
  'router',
  'map',
  'loop',
  'merge',
  'evaluate',
  'human',
  'workflow',
  'graphql',
  'websocket',
  'web_search',
  'database',
  'file',
  'mcp',
  'calculator',
  'current_time',
  'note',
  'group',
] as const;
export type NodeType = (typeof NODE_TYPES)[number];

/** `canvas`: drawn, and no part of a run. */
export type NodeCategory = 'flow' | 'ai' | 'data' | 'tools' | 'canvas';

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
  /** `body`: nodes with this one as `parent` are its body, which it runs (`runBody`). `frame`: they are drawn in it. */
  contains?: 'body' | 'frame';
  /** It does nothing that takes time but evaluate its templates, and asks nothing of the host. */
  onlyEvaluates?: true;
  /** Only drawn: no ports, no step, left out of every run. */
  canvasOnly?: boolean;
  /** It may take the port `back` (see `BACK_PORT`): the step that it names goes round again with what it says. */
  judged?(config: z.output<Config>): string | undefined;
  /** How many active edges start it; `all` (the default) waits until every edge is decided. */
  startsAfter?(config: z.output<Config>): number | 'all';
  /** Cancels what still runs only for this node once it starts (a merge that took the first). */
  cancelsOthers?(config: z.output<Config>): boolean;
};

/** Taken by an evaluation that is not satisfied. No edge leaves from it: the judged step runs again, with `feedback`. */
export const BACK_PORT = 'back';

/** What an execute function works with. */
export type ExecuteContext<Config> = {
  nodeId: string;
  /** See `iterationSchema`. */
  iteration: string;
  /** Parsed by the definition's schema; template fields are raw text. */
  config: Config;
  /** The workflow's input. */
  input: unknown;
  /** Output of the one active predecessor, or `{ [nodeId]: output }` when several lead here. */
  previous: unknown;
  /** Finished steps, for code and expressions: `steps.<id>.output`. */
  steps: Record<string, { output: unknown }>;
  /** In a container's body: the item of the nearest map, and the number from 0 of the innermost container's round. */
  item?: unknown;
  index?: number;
  /**
   * Of a judged step that was sent round again, and of the evaluation when it judges again: what the evaluation said,
   * and what the judged step gave the last time.
   */
  feedback?: Feedback;
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
  /**
   * Containers: one round of the body, to its end. Gives the output of the body's last step, of several by their ids.
   * Rejects with the error of the step that failed it; the round's other steps are then cancelled. Rounds may overlap.
   * Rejects with `Suspended` when nothing of the round is left but steps that wait: hand that on, after the other
   * rounds have come as far as they can. Whatever is done with it, the step then waits as well, unless it fails.
   */
  runBody: (round: BodyRound) => Promise<unknown>;
  /** Runs another workflow inside this step and gives its results; rejects with its error, or with `Suspended`. */
  runNested: (nested: { definition: WorkflowDefinition; input: unknown }) => Promise<unknown>;
  /** Says what happens inside the step. */
  report: (report: StepReport) => void;
  log: (level: LogLevel, message: string, metadata?: Record<string, unknown>) => void;
  /** Ms left for this attempt when it started. */
  timeoutMs: number;
};

export type BodyRound = {
  /** From 0, each once. */
  index: number;
  /** What the body's first steps see as `previous`. */
  previous: unknown;
  /** Seen by the body's expressions as `item`; absent, they see what the container itself sees. */
  item?: unknown;
};

/** Seen by expressions as `feedback`. */
export type Feedback = {
  /** The evaluation's output: score, reasons, what to do better. */
  evaluation: unknown;
  /** What the judged step gave the last time. */
  output: unknown;
  /** How often it was sent back, from 1. */
  round: number;
};

/** An event of a step without what the engine knows itself. */
export type StepReport = DistributiveOmit<
  Extract<EngineEvent, { type: 'step_delta' | 'tool_started' | 'tool_completed' | 'message' }>,
  'at' | 'nodeId' | 'iteration'
>;
type DistributiveOmit<Union, Keys extends PropertyKey> = Union extends unknown ? Omit<Union, Keys> : never;

export type ExecuteResult = {
  output: unknown;
  /** The output ports taken; `['out']` when absent. */
  ports?: string[];
  /** Why: which branch, which model. */
  reason?: string;
  model?: string;
  usage?: Usage;
  costUsd?: number;
  cached?: boolean;
};

/** Runs one attempt of a node. Throws `ExecutionError` on failure. */
export type Execute<Config> = (context: ExecuteContext<Config>) => Promise<ExecuteResult>;
