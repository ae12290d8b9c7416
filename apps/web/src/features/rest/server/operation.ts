import { describeIssues } from '@agentweaver/core/definition/describe-issue';
import { AppError, type AppErrorCode, type FieldProblem } from '@agentweaver/core/errors/app-error';
import type { z } from 'zod';
import type { Services } from '../../../server/services.ts';
import type { WorkspaceRole } from '../../workspace/roles.ts';

/** Who calls: the workspace and the user of the token, and the user's present role. */
export type Caller = { tokenId: string; userId: string; role: WorkspaceRole; workspaceId: string };

export type OperationInput<P, Q, H, B> = {
  services: Services;
  caller: Caller;
  params: P;
  query: Q;
  headers: H;
  body: B;
};

export type OperationResult<R> = { body: R; headers?: Record<string, string> };

type OperationDefinition<
  P extends z.ZodType,
  Q extends z.ZodType,
  H extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
> = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below /api/v1, e.g. `/workflows/{id}`. */
  path: string;
  operationId: string;
  summary: string;
  description?: string;
  /** What the caller's role must be at least. */
  role: WorkspaceRole;
  params: P;
  query: Q;
  /** Request headers the operation reads, in lower case. */
  headers: H;
  body: B;
  /** 204 has no body. */
  response: { status: number; description: string; schema: R };
  /** Refusals beyond those every operation has. */
  errors: AppErrorCode[];
  handle: (
    input: OperationInput<z.output<P>, z.output<Q>, z.output<H>, z.output<B>>,
  ) => Promise<OperationResult<z.input<R>>>;
};

export type RawRequest = { params: unknown; query: unknown; headers: unknown; body: unknown };

export type Operation = Omit<OperationDefinition<z.ZodType, z.ZodType, z.ZodType, z.ZodType, z.ZodType>, 'handle'> & {
  /** Checks the raw parts and runs; throws `AppError`. */
  run: (context: { services: Services; caller: Caller }, raw: RawRequest) => Promise<OperationResult<unknown>>;
};

/** One description serves the route, its checks and the OpenAPI document, so that they cannot part. */
export const defineOperation = <
  P extends z.ZodType,
  Q extends z.ZodType,
  H extends z.ZodType,
  B extends z.ZodType,
  R extends z.ZodType,
>({
  handle,
  ...definition
}: OperationDefinition<P, Q, H, B, R>): Operation => ({
  ...definition,
  run: async (context, raw) => {
    // A malformed id is an id that does not exist.
    const params = definition.params.safeParse(raw.params);
    if (!params.success) throw new AppError('not_found', { publicMessage: 'There is nothing with this id.' });
    const problems: FieldProblem[] = [];
    const query = definition.query.safeParse(raw.query, { reportInput: true });
    const headers = definition.headers.safeParse(raw.headers, { reportInput: true });
    const body = definition.body.safeParse(raw.body, { reportInput: true });
    for (const part of [query, headers, body]) {
      if (part.success) continue;
      for (const { path, description } of describeIssues(part.error.issues)) {
        problems.push({ field: path.join('.') || 'body', message: description });
      }
    }
    if (!query.success || !headers.success || !body.success) {
      throw new AppError('bad_request', { publicMessage: 'Some fields are not right.', problems });
    }
    return handle({ ...context, params: params.data, query: query.data, headers: headers.data, body: body.data });
  },
});
