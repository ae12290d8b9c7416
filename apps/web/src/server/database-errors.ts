import { AppError } from '@agentweaver/core/errors/app-error';

/** Of Prisma: unreachable, timed out, closed the connection, no free connection. */
const AWAY = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028']);
/** A text with a NUL character, which PostgreSQL cannot hold. */
const UNSTORABLE_TEXT = /\b22021\b|invalid byte sequence for encoding/;
const RETRY_AFTER_SECONDS = 5;

/** What a failure of the database means to the caller; `undefined` when it is not one that a caller can understand. */
export const databaseError = (error: unknown): AppError | undefined => {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string' && AWAY.has(error.code)) {
    return new AppError('unavailable', {
      publicMessage: 'The database does not answer. Try again in a moment.',
      message: error.message,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      cause: error,
    });
  }
  if (UNSTORABLE_TEXT.test(error.message)) {
    return new AppError('bad_request', {
      publicMessage: 'A text holds a character that cannot be stored (NUL, \\u0000). Remove it.',
      cause: error,
    });
  }
  return undefined;
};
