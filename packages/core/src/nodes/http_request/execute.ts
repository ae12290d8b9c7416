import { ExecutionError } from '../../engine/execution-errors.ts';
import type { HttpResponse } from '../../host/host.ts';
import type { Execute, ExecuteContext } from '../node-type.ts';
import type { HttpRequestConfig } from './definition.ts';

const MAX_SHOWN_BODY = 300;

export const executeHttpRequest: Execute<HttpRequestConfig> = async (context) => {
  const { config, host, nextCall, log } = context;
  const url = await buildUrl(context);
  const { body, isJson } = await buildBody(context);
  const headers = await buildHeaders(context, isJson);
  const response = await host.http.fetch(
    { method: config.method, url: url.href, headers, body, timeoutMs: config.timeoutMs },
    nextCall(),
  );
  // Query strings often hold keys: the log and errors show the address without it.
  const address = `${config.method} ${url.origin}${url.pathname}`;
  log('info', `${address} answered ${response.status}.`);
  if (config.failOnErrorStatus && response.status >= 400) throw statusError(address, response);
  const output = { status: response.status, headers: response.headers, body: parseBody(response) };
  return { output: response.encoding === 'base64' ? { ...output, encoding: 'base64' } : output };
};

const buildUrl = async ({ config, render }: ExecuteContext<HttpRequestConfig>): Promise<URL> => {
  const text = (await render(config.url)).trim();
  const url = URL.parse(text);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new ExecutionError({
      code: 'http_failed',
      message: `"${text.slice(0, 200)}" is not an http or https address.`,
      hint: 'Write the whole address, such as https://api.example.com/items.',
    });
  }
  for (const { name, value } of config.query) url.searchParams.append(name, await render(value));
  return url;
};

const buildBody = async ({
  config,
  evaluate,
}: ExecuteContext<HttpRequestConfig>): Promise<{ body: string | undefined; isJson: boolean }> => {
  if (config.method === 'GET' || config.method === 'HEAD' || config.body.trim() === '') {
    return { body: undefined, isJson: false };
  }
  const value = await evaluate(config.body);
  if (value === undefined || value === null) return { body: undefined, isJson: false };
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

const buildHeaders = async (
  { config, render }: ExecuteContext<HttpRequestConfig>,
  isJson: boolean,
): Promise<Record<string, string>> => {
  const headers: Record<string, string> = {};
  for (const { name, value } of config.headers) {
    const text = await render(value);
    // A line break would start another header.
    headers[name.toLowerCase()] = text.replace(/[\r\n]+/g, ' ').trim();
  }
  if (isJson) headers['content-type'] ??= 'application/json';
  return headers;
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
      hint: 'Check the address and the headers, or turn off "Fail on error status" to handle the answer yourself.',
    },
    { retryAfterMs: retryAfterMs(response.headers['retry-after']) },
  );
};

/** Seconds; the date form is left to the retry policy. */
const retryAfterMs = (header: string | undefined): number | undefined => {
  const seconds = Number(header);
  return header && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
};
