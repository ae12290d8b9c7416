import { ExecutionError } from '../engine/execution-errors.ts';
import type { HttpRequest, HttpResponse } from '../host/host.ts';
import type { ToolContext } from './tool.ts';

const MAX_SHOWN_BODY = 300;

export type OutgoingRequest = Omit<HttpRequest, 'url'> & {
  url: URL;
  /** A status of 400 or more rejects with `http_failed`. */
  failOnErrorStatus: boolean;
};

export type HttpAnswer = { status: number; headers: Record<string, string>; body: unknown; encoding?: 'base64' };

/** One request, its answer parsed where it is JSON. The log and errors show the address without its query. */
export const sendHttp = async (
  { url, failOnErrorStatus, ...request }: OutgoingRequest,
  { host, nextCall, log }: Pick<ToolContext, 'host' | 'nextCall' | 'log'>,
): Promise<HttpAnswer> => {
  const response = await host.http.fetch({ ...request, url: url.href }, nextCall());
  // Query strings often hold keys.
  const address = `${request.method} ${url.origin}${url.pathname}`;
  log('info', `${address} answered ${response.status}.`);
  if (failOnErrorStatus && response.status >= 400) throw statusError(address, response);
  const answer = { status: response.status, headers: response.headers, body: parseBody(response) };
  return response.encoding === 'base64' ? { ...answer, encoding: 'base64' } : answer;
};

/** `http_failed` for anything but a whole http or https address. */
export const readWebAddress = (text: string): URL => {
  const url = URL.parse(text.trim());
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new ExecutionError({
    code: 'http_failed',
    message: `url: "${text.trim().slice(0, 200)}" is not an http or https address.`,
    hint: 'Write the whole address, such as https://api.example.com/items.',
  });
};

/** Text as it is, anything else as JSON. Nothing is sent for nothing, and with methods that have no body. */
export const writeBody = (method: HttpRequest['method'], value: unknown): { body?: string; isJson: boolean } => {
  if (method === 'GET' || method === 'HEAD' || value === undefined || value === null) return { isJson: false };
  if (typeof value !== 'string') return { body: JSON.stringify(value), isJson: true };
  return { body: value, isJson: isJsonText(value) };
};

const isJsonText = (text: string): boolean => {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

/** Names in lower case; a line break in a value would start another header. */
export const cleanHeaders = (headers: Record<string, string>, isJson: boolean): Record<string, string> => {
  const clean: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    clean[name.toLowerCase()] = value.replace(/[\r\n]+/g, ' ').trim();
  }
  if (isJson) clean['content-type'] ??= 'application/json';
  return clean;
};

const parseBody = (response: HttpResponse): unknown => {
  const type = response.headers['content-type'] ?? '';
  if (response.encoding === 'base64' || !/[/+]json\b/i.test(type)) return response.body;
  try {
    return JSON.parse(response.body);
  } catch {
    return response.body;
  }
};

const statusError = (address: string, response: HttpResponse): ExecutionError => {
  const body = response.encoding === 'base64' ? '' : response.body.trim().slice(0, MAX_SHOWN_BODY);
  return new ExecutionError(
    {
      code: 'http_failed',
      message: `${address} answered ${response.status}${body ? `: ${body}` : '.'}`,
      hint: hintFor(response.status),
    },
    { retryAfterMs: retryAfterMs(response.headers['retry-after']) },
  );
};

const hintFor = (status: number): string => {
  if (status === 401 || status === 403) return 'Check the credential and what it may do.';
  if (status === 429) return 'Allow a retry with a longer wait, or send fewer requests.';
  return 'Check the address and the headers, or turn off "Fail on error status" to handle the answer yourself.';
};

/** Seconds; the date form is left to the retry policy. */
const retryAfterMs = (header: string | undefined): number | undefined => {
  const seconds = Number(header);
  return header && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
};
