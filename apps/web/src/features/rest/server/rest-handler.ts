import { randomUUID } from 'node:crypto';
import { APP_ERRORS, AppError } from '@agentweaver/core/errors/app-error';
import { clientIp } from '../../../server/client-ip.ts';
import { log } from '../../../server/log.ts';
import { countApiCall, getMetrics } from '../../../server/metrics.ts';
import { enforceLimit, type LimitState } from '../../../server/rate-limit.ts';
import { getServices } from '../../../server/services.ts';
import { traceRequest } from '../../../server/trace-request.ts';
import { toAppError } from '../../../server/trpc-errors.ts';
import { hasRole } from '../../workspace/roles.ts';
import { authenticateToken } from './authenticate-token.ts';
import type { Operation } from './operation.ts';
import { problemResponse, problemWithStatus } from './problem-response.ts';
import { readJsonBody } from './read-json-body.ts';

/** A production build has no parameters at all for an address without any. */
type RouteContext = { params: Promise<Record<string, string> | undefined> };
type RouteHandler = (request: Request, context: RouteContext) => Promise<Response>;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
type Method = (typeof METHODS)[number];

const WITH_BODY: ReadonlySet<Method> = new Set(['POST', 'PATCH']);

const limitHeaders = (state: LimitState | undefined): Record<string, string> =>
  state
    ? {
        'RateLimit-Limit': String(state.limit),
        'RateLimit-Remaining': String(state.remaining),
        'RateLimit-Reset': String(state.resetSeconds),
      }
    : {};

type Answering = {
  request: Request;
  /** A pattern: labels stay bounded. */
  endpoint: string;
  /** How a caller proves who it is, told with every 401. */
  challenge?: string;
};

type Work = (requestId: string, noteLimit: (state: LimitState) => void) => Promise<Response>;

/** Finishes every answer in the same way: metrics, one line in the log, a span, and whatever was thrown as problem+json. */
export const answer = (answering: Answering, work: Work): Promise<Response> =>
  traceRequest(answering, () => finish(answering, work));

const finish = async ({ request, endpoint, challenge = 'Bearer' }: Answering, work: Work): Promise<Response> => {
  const requestId = randomUUID();
  const started = performance.now();
  let limit: LimitState | undefined;
  let response: Response;
  try {
    response = await work(requestId, (state) => {
      limit = state;
    });
  } catch (thrown) {
    const error = toAppError(thrown);
    const { http, log: level } = APP_ERRORS[error.code];
    log[level]({ requestId, endpoint, code: error.code, err: http >= 500 ? error : undefined }, error.message);
    response = problemResponse(
      error,
      requestId,
      error.code === 'unauthorized' ? { 'WWW-Authenticate': challenge } : {},
    );
  }
  for (const [name, value] of Object.entries(limitHeaders(limit))) response.headers.set(name, value);
  countApiCall({ endpoint, method: request.method, status: response.status });
  getMetrics().apiDuration.observe({ endpoint, method: request.method }, (performance.now() - started) / 1_000);
  return response;
};

const serve =
  (operation: Operation): RouteHandler =>
  (request, { params }) =>
    answer({ request, endpoint: `/api/v1${operation.path}` }, async (requestId, noteLimit) => {
      const services = getServices();
      const caller = await authenticateToken(
        services.prisma,
        request.headers.get('authorization'),
        clientIp(request.headers),
      );
      noteLimit(await enforceLimit('rest', caller.tokenId));
      if (!hasRole(caller.role, operation.role)) {
        throw new AppError('forbidden', {
          publicMessage: `This needs the role ${operation.role}; the token's user is ${caller.role}.`,
        });
      }
      const { body, headers } = await operation.run(
        { services, caller },
        {
          params: (await params) ?? {},
          query: Object.fromEntries(new URL(request.url).searchParams),
          headers: Object.fromEntries(request.headers),
          body: WITH_BODY.has(operation.method) ? await readJsonBody(request) : undefined,
        },
      );
      const init = {
        status: operation.response.status,
        headers: { 'Cache-Control': 'no-store', 'X-Request-Id': requestId, ...headers },
      };
      return init.status === 204 ? new Response(null, init) : Response.json(body, init);
    });

const refuseMethod =
  (path: string, allowed: Method[]): RouteHandler =>
  (request) =>
    answer({ request, endpoint: `/api/v1${path}` }, async (requestId) =>
      problemWithStatus({
        error: new AppError('bad_request', { publicMessage: `This address takes ${allowed.join(' and ')}.` }),
        status: 405,
        requestId,
        headers: { Allow: allowed.join(', ') },
      }),
    );

/** The exports of a route file: its operations by method, and 405 for every other method. */
export const restRoute = (...operations: [Operation, ...Operation[]]): Record<Method, RouteHandler> => {
  const refuse = refuseMethod(
    operations[0].path,
    operations.map((operation) => operation.method),
  );
  const handlerOf = (method: Method): RouteHandler => {
    const operation = operations.find((candidate) => candidate.method === method);
    return operation ? serve(operation) : refuse;
  };
  return {
    GET: handlerOf('GET'),
    POST: handlerOf('POST'),
    PUT: handlerOf('PUT'),
    PATCH: handlerOf('PATCH'),
    DELETE: handlerOf('DELETE'),
  };
};

const unknownAddress = (request: Request): Promise<Response> =>
  answer({ request, endpoint: 'unknown' }, async () => {
    throw new AppError('not_found', { publicMessage: 'There is nothing at this address. See /api/v1/openapi.json.' });
  });

/** For the catch-all below /api/v1. */
export const unknownRoute: Record<Method, (request: Request) => Promise<Response>> = {
  GET: unknownAddress,
  POST: unknownAddress,
  PUT: unknownAddress,
  PATCH: unknownAddress,
  DELETE: unknownAddress,
};
