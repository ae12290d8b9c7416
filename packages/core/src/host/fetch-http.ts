import { ExecutionError } from '../engine/execution-errors.ts';
import { withDeadline } from '../engine/with-deadline.ts';
import { messageOf } from '../errors/to-execution-error.ts';
import type { Host, HttpRequest, HttpResponse } from './host.ts';
import { systemClock } from './system-clock.ts';

/** The largest response body, in bytes. */
const MAX_BODY_BYTES = 5_000_000;

/**
 * The host's `http.fetch` over a plain `fetch`, with limits on time and size. It reaches whatever this process can:
 * for requests that strangers may choose, give it a `fetch` that guards its addresses.
 */
export const fetchHttp =
  (fetch: typeof globalThis.fetch): Host['http']['fetch'] =>
  (request, { signal }) =>
    withDeadline(
      { signal, timeoutMs: request.timeoutMs, timeoutError: () => timedOut(request), clock: systemClock },
      async (inner) => {
        try {
          return await readResponse(await fetch(request.url, { ...request, signal: inner }), request);
        } catch (error) {
          throw error instanceof ExecutionError ? error : unreachable(request, error);
        }
      },
    );

const readResponse = async (response: Response, request: HttpRequest): Promise<HttpResponse> => {
  const bytes = await readBody(response, request);
  const text = decodeText(bytes);
  return {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    ...(text === undefined ? { body: bytes.toString('base64'), encoding: 'base64' } : { body: text, encoding: 'utf8' }),
    url: response.url || request.url,
  };
};

const readBody = async (response: Response, request: HttpRequest): Promise<Buffer> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_BODY_BYTES) throw tooLarge(request);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** `undefined` for bytes that are no UTF-8 text. */
const decodeText = (bytes: Buffer): string | undefined => {
  if (bytes.includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};

/** Without the query, which often holds keys. */
const addressOf = ({ method, url }: HttpRequest): string => `${method} ${url.split('?')[0]}`;

const timedOut = (request: HttpRequest): ExecutionError =>
  new ExecutionError({
    code: 'http_failed',
    message: `${addressOf(request)} did not answer within ${request.timeoutMs / 1_000} s.`,
    hint: 'Give the request more time, or check that the address answers.',
  });

const tooLarge = (request: HttpRequest): ExecutionError =>
  new ExecutionError({
    code: 'output_too_large',
    message: `${addressOf(request)} answered with more than ${MAX_BODY_BYTES / 1_000_000} MB.`,
    hint: 'Ask for less, for example one page of the list.',
  });

/** `fetch` says only “fetch failed”; its cause says why. */
const unreachable = (request: HttpRequest, error: unknown): ExecutionError =>
  new ExecutionError(
    {
      code: 'http_failed',
      message: `${addressOf(request)} failed: ${messageOf(error instanceof Error && error.cause ? error.cause : error)}`,
      hint: 'Check the address and whether it can be reached from here.',
    },
    { cause: error },
  );
