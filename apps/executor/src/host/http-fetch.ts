import { type Mask, noMask } from '@agentweaver/core/credentials/mask-secrets';
import { checkUrl, EgressDenied, type EgressRules } from '@agentweaver/core/egress/egress-policy';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import type { HttpRequest, HttpResponse } from '@agentweaver/core/host/host';
import { type Dispatcher, fetch, type Response } from 'undici';
import { MAX_REDIRECTS, MAX_RESPONSE_BYTES } from '../tunables.ts';
import type { AppliedCredential } from './credentials.ts';

export type HttpFetchOptions = {
  agent: Dispatcher;
  rules: EgressRules;
  signal: AbortSignal;
  maxBytes?: number;
  /** Added to requests to the origin that was asked for, and to no other. */
  credential?: AppliedCredential;
  /** Hides secrets in what comes back. */
  mask?: () => Mask;
};

/** Set by the connection, not by a workflow: another `host` would take a credential to a neighbour on the same server. */
export const CONNECTION_HEADERS = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What must not follow a redirect to another origin. */
const isCredential = (name: string): boolean =>
  /^(authorization|cookie|proxy-authorization)$|api[-_]?key|token|secret|signature/i.test(name);

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * A workflow's HTTP request: each hop is checked against the egress rules, and size and time are bounded.
 * Throws `ExecutionError` (`egress_denied`, `http_failed`, `output_too_large`); an answer of any status is returned.
 */
export const httpFetch = async (request: HttpRequest, options: HttpFetchOptions): Promise<HttpResponse> => {
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout]);
  try {
    return await followRedirects(request, { ...options, signal });
  } catch (error) {
    if (options.signal.aborted) throw options.signal.reason;
    if (timeout.aborted) {
      throw new ExecutionError({
        code: 'http_failed',
        message: `The server did not answer within ${request.timeoutMs} ms.`,
        hint: 'Raise the time limit of the node, or look at the server.',
      });
    }
    throw toExecutionError(error, request.url);
  }
};

const followRedirects = async (request: HttpRequest, options: HttpFetchOptions): Promise<HttpResponse> => {
  let url = parseUrl(request.url);
  let method: string = request.method;
  let body = request.body;
  let headers = Object.entries(request.headers).filter(([name]) => !CONNECTION_HEADERS.has(name.toLowerCase()));
  let { credential } = options;

  for (let hop = 0; ; hop += 1) {
    checkUrl(url, options.rules);
    const response = await fetch(withQuery(url, credential), {
      method,
      headers: withHeaders(headers, credential),
      body: method === 'GET' || method === 'HEAD' ? undefined : body,
      redirect: 'manual',
      dispatcher: options.agent,
      signal: options.signal,
    });
    if (response.status === 401 && credential?.renew) {
      // The server has not done anything with the request: it is sent again with a new token, once.
      await response.body?.cancel();
      credential = await credential.renew();
      continue;
    }
    const location = response.headers.get('location');
    if (!REDIRECTS.has(response.status) || location === null) return await readResponse(response, url, options);

    await response.body?.cancel();
    if (hop === MAX_REDIRECTS) {
      throw new ExecutionError({
        code: 'http_failed',
        message: `The server redirected more than ${MAX_REDIRECTS} times.`,
        hint: 'Use the final address.',
      });
    }
    const next = URL.parse(location, url.href);
    if (!next)
      throw new ExecutionError({
        code: 'http_failed',
        message: 'The server redirected to an address that is not valid.',
      });
    if (next.origin !== url.origin) {
      headers = headers.filter(([name]) => !isCredential(name));
      // For good: the way back may be the other server's idea.
      credential = undefined;
    }
    // As browsers do: 303 always, and 301 or 302 after a POST, go on as GET without the body.
    if (response.status === 303 ? method !== 'HEAD' : response.status < 303 && method === 'POST') {
      method = 'GET';
      body = undefined;
      headers = headers.filter(([name]) => !name.toLowerCase().startsWith('content-'));
    }
    url = next;
  }
};

const withHeaders = (headers: [string, string][], credential: AppliedCredential | undefined): [string, string][] => {
  const added = credential?.headers ?? {};
  return [...headers.filter(([name]) => !(name.toLowerCase() in added)), ...Object.entries(added)];
};

const withQuery = (url: URL, credential: AppliedCredential | undefined): URL => {
  const asked = new URL(url);
  for (const [name, value] of Object.entries(credential?.query ?? {})) asked.searchParams.set(name, value);
  return asked;
};

const parseUrl = (text: string): URL => {
  const url = URL.parse(text.trim());
  if (url) return url;
  throw new ExecutionError({
    code: 'http_failed',
    message: 'The address of the request is not a URL.',
    hint: 'It must start with http:// or https://. Check the expressions in it.',
  });
};

const readResponse = async (response: Response, url: URL, options: HttpFetchOptions): Promise<HttpResponse> => {
  const bytes = await readBody(response, options.maxBytes ?? MAX_RESPONSE_BYTES);
  const { text, bytes: hide } = options.mask?.() ?? noMask;
  const headers = [...response.headers].map(([name, value]) => [text(name), text(value)]);
  return {
    status: response.status,
    headers: Object.fromEntries(headers),
    ...decodeBody(bytes, response, { text, bytes: hide }),
    url: text(url.href),
  };
};

/** Counts what has been decompressed, so that a small body cannot unfold into a large one. */
const readBody = async (response: Response, maxBytes: number): Promise<Buffer> => {
  const tooLarge = () =>
    new ExecutionError({
      code: 'output_too_large',
      message: `The answer is larger than ${Math.floor(maxBytes / 1_000_000)} MB.`,
      hint: 'Ask the server for less: a page, a range or fewer fields.',
    });
  // Of a compressed body the header tells nothing about what it unfolds to.
  const declared = Number(response.headers.get('content-length') ?? 0);
  if (declared > maxBytes) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (response.body) {
    for await (const chunk of response.body) {
      size += chunk.byteLength;
      // Leaving the loop cancels the stream.
      if (size > maxBytes) throw tooLarge();
      chunks.push(chunk);
    }
  }
  return Buffer.concat(chunks);
};

const decodeBody = (
  bytes: Buffer,
  response: Response,
  mask: Pick<Mask, 'text' | 'bytes'>,
): Pick<HttpResponse, 'body' | 'encoding'> => {
  const type = response.headers.get('content-type') ?? '';
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1] ?? 'utf-8';
  try {
    // NUL marks data that only happens to be valid text.
    const body = new TextDecoder(charset, { fatal: true }).decode(bytes);
    if (!body.includes('\0')) return { body: mask.text(body), encoding: 'utf8' };
  } catch {
    // An unknown charset or not text at all: handed on as base64.
  }
  return { body: mask.bytes(bytes).toString('base64'), encoding: 'base64' };
};

/** undici wraps what really happened in `cause`, sometimes twice. */
const toExecutionError = (error: unknown, address: string): ExecutionError => {
  const chain: unknown[] = [];
  for (let current = error; current instanceof Error && chain.length < 5; current = current.cause) {
    chain.push(current, ...(current instanceof AggregateError ? current.errors : []));
  }
  const known =
    chain.find((item) => item instanceof EgressDenied) ?? chain.find((item) => item instanceof ExecutionError);
  if (known instanceof ExecutionError) return known;

  const host = URL.parse(address)?.host ?? 'the server';
  const code = chain.map((item) => (item as { code?: unknown }).code).find((item) => typeof item === 'string');
  return new ExecutionError({ code: 'http_failed', ...describeFailure(String(code), host) }, { cause: error });
};

const describeFailure = (code: string, host: string): { message: string; hint: string } => {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { message: `The name ${host} could not be found.`, hint: 'Check the spelling of the address.' };
    case 'ECONNREFUSED':
      return { message: `${host} refused the connection.`, hint: 'Check the port, and that the server runs.' };
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return { message: `${host} could not be reached in time.`, hint: 'Check that the server is up and reachable.' };
    default:
      return /CERT|SSL|TLS/.test(code)
        ? {
            message: `The secure connection to ${host} failed (${code}).`,
            hint: 'Check the certificate of the server.',
          }
        : { message: `The request to ${host} failed.`, hint: 'Try again; if it goes on, look at the server.' };
  }
};
