import type { z } from 'zod';
import type { LogLevel } from '../engine/events.ts';
import type { CallContext, Host } from '../host/host.ts';
import type { ModelTool } from '../models/model-call.ts';

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
};

/**
 * Something a model can do by asking for it, and a node on the canvas does by itself. `settings` is what the author
 * decides (credential, address, what is allowed), `input` what the model, or the node's fields, give each time.
 */
export type Tool<Input extends z.ZodObject = z.ZodObject, Settings extends z.ZodObject = z.ZodObject> = {
  /** Snake case, as models see it. */
  name: string;
  title: string;
  /** For the model: what it does and when to use it. */
  description: string;
  input: Input;
  settings: Settings;
  touches: Touches[];
  /** Whether doing it twice has no more effect than once; may depend on the input (`GET`). */
  repeatable: boolean | ((input: z.output<Input>, settings: z.output<Settings>) => boolean);
  /** Rejects with `ExecutionError`; as an agent's tool the model is told and may try something else. Method syntax, so that a registry can hold tools of different shapes. */
  execute(input: z.output<Input>, context: ToolContext<z.output<Settings>>): Promise<unknown>;
};

/** A tool with its settings, ready for an agent. MCP servers give several. */
export type BoundTool = ModelTool & {
  touches: readonly Touches[];
  /** Checks what the model gave against the schema (`tool_failed`, naming the field), then does it. */
  run(input: unknown, context: Omit<ToolContext, 'settings'>): Promise<unknown>;
};
