import { APP_ERRORS, type AppError, type AppErrorCode } from '@agentweaver/core/errors/app-error';
import { z } from 'zod';

const TITLES: Record<AppErrorCode, string> = {
  bad_request: 'The request is not right',
  invalid_workflow: 'The workflow is not valid',
  unauthorized: 'No valid token',
  forbidden: 'Not allowed',
  not_found: 'Not found',
  conflict: 'Conflict',
  payload_too_large: 'The body is too large',
  unsupported_media_type: 'The content type is not accepted',
  rate_limited: 'Too many requests',
  plan_limit: 'A limit of the plan is reached',
  unavailable: 'Not available',
  internal: 'Internal error',
};

/** RFC 9457, with the error's code and the fields that are wrong. */
export const problemSchema = z
  .object({
    type: z
      .string()
      .meta({ description: 'Names the kind of problem.', example: 'urn:agentweaver:problem:bad_request' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What is wrong and what to do.' }),
    code: z.string().meta({ description: 'For programs; stays the same.', example: 'bad_request' }),
    request_id: z.string(),
    errors: z
      .array(z.object({ field: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'The fields that are wrong.' }),
  })
  .meta({ id: 'Problem' });

export const PROBLEM_TYPE = 'application/problem+json';

export const problemResponse = (error: AppError, requestId: string, headers: Record<string, string> = {}): Response => {
  const status = APP_ERRORS[error.code].http;
  return problemWithStatus({ error, status, requestId, headers });
};

/** For 405 and 411, which no use case throws and the error table does not know. */
export const problemWithStatus = ({
  error,
  status,
  requestId,
  headers = {},
}: {
  error: AppError;
  status: number;
  requestId: string;
  headers?: Record<string, string>;
}): Response => {
  const body: z.infer<typeof problemSchema> = {
    type: `urn:agentweaver:problem:${error.code}`,
    title: TITLES[error.code],
    status,
    detail: error.publicMessage,
    code: error.code,
    request_id: requestId,
    ...(error.problems.length > 0 ? { errors: error.problems } : {}),
  };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'Content-Type': PROBLEM_TYPE,
      'Cache-Control': 'no-store',
      'X-Request-Id': requestId,
      ...(error.retryAfterSeconds ? { 'Retry-After': String(error.retryAfterSeconds) } : {}),
      ...headers,
    },
  });
};
