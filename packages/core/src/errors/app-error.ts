/**
 * One table: how each application error leaves the system.
 * `http` and `trpc` are what the caller sees, `log` how it is logged, `retryable` whether the same call may pass later.
 */
export const APP_ERRORS = {
  bad_request: { http: 400, trpc: 'BAD_REQUEST', log: 'info', retryable: false },
  invalid_workflow: { http: 422, trpc: 'UNPROCESSABLE_CONTENT', log: 'info', retryable: false },
  unauthorized: { http: 401, trpc: 'UNAUTHORIZED', log: 'info', retryable: false },
  forbidden: { http: 403, trpc: 'FORBIDDEN', log: 'info', retryable: false },
  not_found: { http: 404, trpc: 'NOT_FOUND', log: 'info', retryable: false },
  conflict: { http: 409, trpc: 'CONFLICT', log: 'info', retryable: false },
  payload_too_large: { http: 413, trpc: 'PAYLOAD_TOO_LARGE', log: 'info', retryable: false },
  unsupported_media_type: { http: 415, trpc: 'UNSUPPORTED_MEDIA_TYPE', log: 'info', retryable: false },
  rate_limited: { http: 429, trpc: 'TOO_MANY_REQUESTS', log: 'info', retryable: true },
  plan_limit: { http: 429, trpc: 'TOO_MANY_REQUESTS', log: 'info', retryable: true },
  unavailable: { http: 503, trpc: 'SERVICE_UNAVAILABLE', log: 'error', retryable: true },
  internal: { http: 500, trpc: 'INTERNAL_SERVER_ERROR', log: 'error', retryable: false },
} as const satisfies Record<string, { http: number; trpc: string; log: 'info' | 'warn' | 'error'; retryable: boolean }>;

export type AppErrorCode = keyof typeof APP_ERRORS;

/** One field of the caller's input that is wrong. */
export type FieldProblem = { field: string; message: string };

/** Only `publicMessage` and `problems` cross the wire; `message` and `cause` are for the log. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: AppErrorCode;
  readonly publicMessage: string;
  readonly problems: FieldProblem[];
  /** For 429 and 503: when to try again, in seconds. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: AppErrorCode,
    options: {
      publicMessage: string;
      message?: string;
      problems?: FieldProblem[];
      retryAfterSeconds?: number;
      cause?: unknown;
    },
  ) {
    super(options.message ?? options.publicMessage, { cause: options.cause });
    this.code = code;
    this.publicMessage = options.publicMessage;
    this.problems = options.problems ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Bundles may hold two copies of this module, so `instanceof` is not enough. */
export const isAppError = (error: unknown): error is AppError =>
  error instanceof Error && error.name === 'AppError' && 'code' in error && 'publicMessage' in error;
