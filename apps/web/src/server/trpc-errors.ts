import {
  APP_ERRORS,
  AppError,
  type AppErrorCode,
  type FieldProblem,
  isAppError,
} from '@agentweaver/core/errors/app-error';
import { TRPCError } from '@trpc/server';
import { getHTTPStatusCodeFromError } from '@trpc/server/http';
import { ZodError } from 'zod';
import { databaseError } from './database-errors.ts';

/** What a failed call tells the browser; `code` picks the translated text. */
export type PublicError = {
  code: AppErrorCode;
  message: string;
  problems: FieldProblem[];
  retryAfterSeconds?: number;
  requestId?: string;
};

const fieldProblems = (error: ZodError): FieldProblem[] =>
  error.issues.map((issue) => ({ field: issue.path.join('.'), message: issue.message }));

const CODE_OF_STATUS = new Map<number, AppErrorCode>([
  [400, 'bad_request'],
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'not_found'],
  [409, 'conflict'],
  [413, 'payload_too_large'],
  [415, 'unsupported_media_type'],
  [422, 'bad_request'],
  [429, 'rate_limited'],
  [503, 'unavailable'],
]);

/** Brings whatever was thrown into the one table. Anything unknown is `internal`, and its text stays here. */
export const toAppError = (error: unknown): AppError => {
  if (isAppError(error)) return error;
  if (error instanceof ZodError) {
    return new AppError('bad_request', {
      publicMessage: 'Some fields are not right.',
      problems: fieldProblems(error),
      cause: error,
    });
  }
  const known = databaseError(error instanceof TRPCError ? error.cause : error);
  if (known) return known;
  if (error instanceof TRPCError) {
    if (isAppError(error.cause) || error.cause instanceof ZodError) return toAppError(error.cause);
    const code = CODE_OF_STATUS.get(getHTTPStatusCodeFromError(error));
    // tRPC's own refusals (unknown procedure, unreadable body) have no cause and are safe to show.
    if (code && (!error.cause || code !== 'unavailable')) {
      return new AppError(code, {
        publicMessage: error.cause ? 'The request could not be read.' : error.message,
        cause: error,
      });
    }
  }
  return new AppError('internal', {
    publicMessage: 'Something went wrong on our side. Try again; if it stays, tell the operator.',
    message: error instanceof Error ? error.message : String(error),
    cause: error,
  });
};

export const toTrpcError = (error: AppError): TRPCError =>
  new TRPCError({ code: APP_ERRORS[error.code].trpc, message: error.publicMessage, cause: error });

export const toPublicError = (error: AppError): PublicError => ({
  code: error.code,
  message: error.publicMessage,
  problems: error.problems,
  retryAfterSeconds: error.retryAfterSeconds,
});
