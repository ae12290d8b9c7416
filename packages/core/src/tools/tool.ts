import type { z } from 'zod';
import type { LogLevel } from '../engine/events.ts';
import type { CallContext, Host } from '../host/host.ts';
import type { ModelTool } from '../models/model-call.ts';
import type { ExecuteContext } from '../nodes/node-type.ts';

/** Every tool that an agent can be given. Adding one: see the steps at the top of `tools.ts`. */
export const TOOL_NAMES = [
  'web_search',
  'http_request',
  'graphql',
  'websocket',
  'mcp',
  'database_query',
  'file_read',
  'file_write',
  'file_list',
  'calculator',
  'current_time',
  'run_workflow',
  'ask_person',
] as const;
export type ToolName = (typeof TOOL_NAMES)[number];

/** What a tool may touch, shown to people before they hand it to a model. */
export type Touches = 'network' | 'files' | 'database' | 'workflows' | 'person' | 'nothing';

/** What a tool, or the node that shares its implementation, works with. */
export type ToolContext<Settings = unknown> = {
  settings: Settings;
  host: Host;
  /** The context of the next host call. Taken synchronously, so that calls are counted in a fixed order. */
  nextCall: () => CallContext;
  signal: AbortSignal;
  log: (level: LogLevel, message: string, metadata?: Record<string, unknown>) => void;
  /** For `run_workflow`; without it that tool is `not_available`. */
  runNested?: ExecuteContext<unknown>['runNested'];
};

/**
 * Something a model can do by asking for it, and a node on the canvas does by itself: safe in a browser, no behaviour.
 * `settings` is what the author decides (credential, address, what is allowed), `input` what the model, or the node's
 * fields, give each time.
 */
export type ToolDefinition<Input extends z.ZodObject = z.ZodObject, Settings extends z.ZodObject = z.ZodObject> = {
  /** Snake case, as models see it. */
  name: ToolName;
  title: string;
  /** For the model: what it does and when to use it. */
  description: string;
  /** Name of a Tabler icon, without the `Icon` prefix. */
  icon: string;
  input: Input;
  settings: Settings;
  /** For a tool just picked; what only the author can know is empty, and does not parse yet. */
  defaults: z.input<Settings>;
  touches: readonly Touches[];
  /**
   * Whether doing it twice has no more effect than once; may depend on the input (`GET`). Method syntax, so that a
   * registry can hold tools of different shapes.
   */
  isRepeatable(input: z.output<Input>, settings: z.output<Settings>): boolean;
  /** What the model must know of the settings, added to the description: which address, which folder. */
  tell?(settings: z.output<Settings>): string;
};

/**
 * What a tool does. Rejects with `ExecutionError`; as an agent's tool the model is told and may try something else.
 * `Suspended` passes through.
 */
export type ExecuteTool<Input, Settings> = (input: Input, context: ToolContext<Settings>) => Promise<unknown>;

/** A tool with its settings, ready for an agent. MCP servers give several. */
export type BoundTool = ModelTool & {
  touches: readonly Touches[];
  /** Checks what the model gave against the schema (`tool_failed`, naming the field), then does it. */
  run(input: unknown, context: Omit<ToolContext, 'settings'>): Promise<unknown>;
};

/** What binding tools needs of the step; an `ExecuteContext` has all of it. */
export type BindContext = Pick<ToolContext, 'host' | 'nextCall' | 'runNested'>;

/** Makes the bound tools of one configured tool; names need not be different yet. */
export type BindTool<Settings> = (
  configured: { name: string; settings: Settings },
  context: BindContext,
) => Promise<BoundTool[]>;
