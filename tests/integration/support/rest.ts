import { expect } from 'vitest';
import { OPERATIONS } from '../../../apps/web/src/features/rest/server/operations.ts';
import { problemSchema } from '../../../apps/web/src/features/rest/server/problem-response.ts';

type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;

export type RestMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export type RestOptions = {
  id?: string;
  query?: string;
  body?: unknown;
  headers?: Record<string, string>;
  as?: string;
};

/** Calls a route of the REST interface with the token `as`; every refusal must be a problem document. */
export const callRest = async (handler: Handler, method: RestMethod, options: RestOptions = {}) => {
  const { id, query = '', body, headers, as } = options;
  const request = new Request(`http://localhost/api/v1${query}`, {
    method,
    headers: {
      ...(as ? { authorization: `Bearer ${as}` } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const response = await handler(request, { params: Promise.resolve<Record<string, string>>(id ? { id } : {}) });
  const json: unknown = response.status === 204 ? null : await response.json();
  if (!response.ok) {
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    problemSchema.parse(json);
  }
  return { status: response.status, headers: response.headers, json };
};

/** The fields that a problem document names, sorted. */
export const fieldsOf = ({ json }: { json: unknown }): string[] =>
  (problemSchema.parse(json).errors ?? []).map(({ field }) => field).sort();

/** What an operation promises to answer. */
export const responseOf = (operationId: string) => {
  const operation = OPERATIONS.find((candidate) => candidate.operationId === operationId);
  if (!operation) throw new Error(`no operation ${operationId}`);
  return operation.response.schema;
};
