import { z } from 'zod';

/**
 * Every way an execution or a step can fail.
 * `fault: 'user'` is what somebody configured or sent; `fault: 'system'` is ours.
 */
export const EXECUTION_ERRORS = {
  node_failed: { fault: 'user', retryable: true },
  node_timeout: { fault: 'user', retryable: true },
  expression_failed: { fault: 'user', retryable: false },
  code_failed: { fault: 'user', retryable: true },
  code_out_of_memory: { fault: 'user', retryable: false },
  output_too_large: { fault: 'user', retryable: false },
  output_invalid: { fault: 'user', retryable: true },
  http_failed: { fault: 'user', retryable: true },
  egress_denied: { fault: 'user', retryable: false },
  budget_exceeded: { fault: 'user', retryable: false },
  model_unavailable: { fault: 'user', retryable: true },
  model_rate_limited: { fault: 'user', retryable: true },
  model_refused: { fault: 'user', retryable: false },
  model_invalid_key: { fault: 'user', retryable: false },
  model_context_too_long: { fault: 'user', retryable: false },
  model_overloaded: { fault: 'user', retryable: true },
  model_malformed: { fault: 'user', retryable: true },
  /** By a limit of calls here, not by the other side. */
  rate_limited: { fault: 'user', retryable: true },
  tool_failed: { fault: 'user', retryable: true },
  step_limit: { fault: 'user', retryable: false },
  evaluation_failed: { fault: 'user', retryable: false },
  wait_expired: { fault: 'user', retryable: false },
  credential_failed: { fault: 'user', retryable: false },
  database_failed: { fault: 'user', retryable: true },
  file_failed: { fault: 'user', retryable: false },
  mcp_failed: { fault: 'user', retryable: true },
  websocket_failed: { fault: 'user', retryable: true },
  not_available: { fault: 'user', retryable: false },
  not_repeatable: { fault: 'user', retryable: false },
  execution_timeout: { fault: 'user', retryable: false },
  invalid_workflow: { fault: 'user', retryable: false },
  sandbox_out_of_memory: { fault: 'user', retryable: false },
  /** Of open files, of processes and threads, or of temporary files. */
  sandbox_limit_reached: { fault: 'user', retryable: false },
  sandbox_unresponsive: { fault: 'user', retryable: false },
  sandbox_start_failed: { fault: 'system', retryable: true },
  sandbox_crashed: { fault: 'system', retryable: true },
  protocol_violation: { fault: 'system', retryable: false },
  worker_lost: { fault: 'system', retryable: false },
  enqueue_failed: { fault: 'system', retryable: true },
  internal: { fault: 'system', retryable: false },
} as const satisfies Record<string, { fault: 'user' | 'system'; retryable: boolean }>;

export type ExecutionErrorCode = keyof typeof EXECUTION_ERRORS;

export const executionErrorCodeSchema = z.enum(
  Object.keys(EXECUTION_ERRORS) as [ExecutionErrorCode, ...ExecutionErrorCode[]],
);

/** A failure as stored and shown: what happened, at which node, and what to do. */
export const executionErrorSchema = z.object({
  code: executionErrorCodeSchema,
  /** What happened; safe to show, never holds a secret. */
  message: z.string().max(4_000),
  nodeId: z.string().max(64).optional(),
  /** What to do about it. */
  hint: z.string().max(1_000).optional(),
});
export type ExecutionErrorData = z.infer<typeof executionErrorSchema>;

/** Thrown by nodes and hosts; crosses the sandbox channel as its `data`. */
export class ExecutionError extends Error {
  override readonly name = 'ExecutionError';
  readonly data: ExecutionErrorData;
  /** Wait at least this long before the next attempt, in ms (from `Retry-After`). */
  readonly retryAfterMs: number | undefined;

  constructor(data: ExecutionErrorData, options: { cause?: unknown; retryAfterMs?: number } = {}) {
    super(data.message, { cause: options.cause });
    this.data = data;
    this.retryAfterMs = options.retryAfterMs;
  }

  get retryable(): boolean {
    return EXECUTION_ERRORS[this.data.code].retryable;
  }
}
