import { activeTracing, failSpan, inSpan } from '@agentweaver/db/tracing/tracing';
import { SpanKind } from '@opentelemetry/api';

type Served = { headers: Headers; method: string };

/**
 * Answers a request in a span. A W3C `traceparent` of the caller is continued, so that their trace shows what they started;
 * whether it is kept is then theirs to say, unless `OTEL_TRACES_SAMPLER` is one that asks nobody. Of the address only its
 * pattern is recorded: there are secrets in addresses of webhooks.
 */
export const traceRequest = (
  { request, endpoint }: { request: Served; endpoint: string },
  work: () => Promise<Response>,
): Promise<Response> =>
  inSpan(
    () => ({
      name: `${request.method} ${endpoint}`,
      kind: SpanKind.SERVER,
      parent: callerOf(request.headers),
      attributes: { 'http.request.method': request.method, 'http.route': endpoint },
    }),
    async (span) => {
      const response = await work();
      span?.setAttribute('http.response.status_code', response.status);
      // Of a server's span, a fault of the caller's is none.
      if (span && response.status >= 500) failSpan(span, String(response.status));
      return response;
    },
  );

/** The same for a procedure; several of them come in one request. `statusOf` gives the HTTP status of a result. */
export const traceProcedure = <T>(
  { path, type, headers }: { path: string; type: string; headers: Headers | undefined },
  { work, statusOf }: { work: () => Promise<T>; statusOf: (result: T) => number },
): Promise<T> =>
  inSpan(
    () => ({
      name: `trpc ${path}`,
      kind: SpanKind.SERVER,
      parent: callerOf(headers),
      attributes: { 'rpc.system.name': 'trpc', 'rpc.method': path, 'agentweaver.procedure.type': type },
    }),
    async (span) => {
      const result = await work();
      const status = statusOf(result);
      span?.setAttribute('http.response.status_code', status);
      if (span && status >= 500) failSpan(span, String(status));
      return result;
    },
  );

const callerOf = (headers: Headers | undefined) => {
  const traceParent = headers?.get('traceparent');
  return (traceParent && activeTracing()?.parse(traceParent)) || null;
};
