import { z } from 'zod';
import type { ModelRequest, ModelRequestInput, ModelResponse } from '../models/model-call.ts';
import type { DatabasePort } from './ports/database.ts';
import type { FilesPort } from './ports/files.ts';
import type { HumanPort } from './ports/human.ts';
import type { McpPort } from './ports/mcp.ts';
import type { WebsocketPort } from './ports/websocket.ts';
import type { WorkflowPort } from './ports/workflow.ts';

/** Which call this is; `(nodeId, iteration, attempt, index)` is the same again when an execution is resumed. */
export type CallContext = {
  nodeId: string;
  iteration: string;
  /** From 1. */
  attempt: number;
  /** Counts the step's host calls within the attempt, from 0. */
  index: number;
  signal: AbortSignal;
  /** Told when the call begins to wait for its turn at a limit of the host, and when it goes on. */
  onWaiting?: (waiting: boolean) => void;
  /** Takes the pieces of a model's answer as they come. Hosts in another process publish them elsewhere. */
  onDelta?: (text: string) => void;
};

export const httpRequestSchema = z.object({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']),
  url: z.string().max(8_192),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().max(5_000_000).optional(),
  timeoutMs: z.int().min(100).max(300_000),
  /** The name of a credential of the workspace. The host adds it; it never enters the sandbox. */
  credential: z.string().max(120).optional(),
});
export type HttpRequest = z.infer<typeof httpRequestSchema>;

export const httpResponseSchema = z.object({
  status: z.int(),
  headers: z.record(z.string(), z.string()),
  /** Decoded text; binary bodies arrive as base64 with `encoding`. */
  body: z.string(),
  encoding: z.enum(['utf8', 'base64']).default('utf8'),
  /** After redirects. */
  url: z.string(),
});
export type HttpResponse = z.infer<typeof httpResponseSchema>;

export const timerWaitSchema = z.object({ ms: z.number().min(0).max(31_536_000_000) });

export type CodeRequest = {
  /** Body of an async function of `input`, `previous`, `steps`. */
  source: string;
  /** JSON values the code sees. */
  variables: Record<string, unknown>;
  timeoutMs: number;
  memoryMb: number;
  onLog: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;
};

/** Runs user JavaScript with limits; returns its JSON result. */
export type CodePort = { run(request: CodeRequest, call: CallContext): Promise<unknown> };

/**
 * Everything the engine may ask of the outside. In production each call but `code` and `clock`
 * travels over the sandbox channel to the executor; as a library, see `in-process-host.ts`.
 * Calls reject with `ExecutionError`, with `Suspended` where the answer will take long, or with the signal's reason.
 */
export type Host = {
  model: { generate(request: ModelRequestInput, call: CallContext): Promise<ModelResponse> };
  http: { fetch(request: HttpRequest, call: CallContext): Promise<HttpResponse> };
  files: FilesPort<CallContext>;
  database: DatabasePort<CallContext>;
  websocket: WebsocketPort<CallContext>;
  mcp: McpPort<CallContext>;
  human: HumanPort<CallContext>;
  workflow: WorkflowPort<CallContext>;
  timer: {
    /** A wait that outlives the process: long ones throw `Suspended`. */
    wait(request: z.input<typeof timerWaitSchema>, call: CallContext): Promise<void>;
    /** Ms since the epoch, the same again when the step is run again after an interruption. */
    now(call: CallContext): Promise<number>;
  };
  code: CodePort & {
    /** Where a host keeps something between the runs of one execution: the engine opens it at its start and closes it at its end. */
    open?(): CodePort & { close(): Promise<void> };
  };
  clock: {
    /** Milliseconds since the epoch. */
    now(): number;
    /** Rejects with the signal's reason when aborted. */
    sleep(ms: number, signal: AbortSignal): Promise<void>;
  };
};

export type { ModelRequest };
