import { z } from 'zod';
import type { ModelRequest, ModelResponse } from '../models/model-call.ts';

/** Which call this is; `(nodeId, attempt, index)` is the same again when an execution is resumed. */
export type CallContext = {
  nodeId: string;
  /** From 1. */
  attempt: number;
  /** Counts the node's host calls within the attempt, from 0. */
  index: number;
  signal: AbortSignal;
};

export const httpRequestSchema = z.object({
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD']),
  url: z.string().max(8_192),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().max(5_000_000).optional(),
  timeoutMs: z.int().min(100).max(300_000),
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

export type CodeRequest = {
  /** Body of an async function of `input`, `previous`, `steps`. */
  source: string;
  /** JSON values the code sees. */
  variables: Record<string, unknown>;
  timeoutMs: number;
  memoryMb: number;
  onLog: (level: 'debug' | 'info' | 'warn' | 'error', message: string) => void;
};

/**
 * Everything the engine may ask of the outside. In production each call but `code` and `clock`
 * travels over the sandbox channel to the executor; as a library, see `in-process-host.ts`.
 * Calls reject with `ExecutionError`.
 */
export type Host = {
  model: { generate(request: ModelRequest, call: CallContext): Promise<ModelResponse> };
  http: { fetch(request: HttpRequest, call: CallContext): Promise<HttpResponse> };
  /** Runs user JavaScript with limits; returns its JSON result. */
  code: { run(request: CodeRequest, call: CallContext): Promise<unknown> };
  clock: {
    /** Milliseconds since the epoch. */
    now(): number;
    /** Rejects with the signal's reason when aborted. */
    sleep(ms: number, signal: AbortSignal): Promise<void>;
  };
};
