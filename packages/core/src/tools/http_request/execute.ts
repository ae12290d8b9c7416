import { cleanHeaders, readWebAddress, sendHttp, writeBody } from '../send-http.ts';
import { orAbsent } from '../setting-fields.ts';
import type { ExecuteTool } from '../tool.ts';
import { toolFailed } from '../tool-error.ts';
import type { HttpToolInput, HttpToolSettings } from './definition.ts';

const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/;

export const executeHttpTool: ExecuteTool<HttpToolInput, HttpToolSettings> = async (input, context) => {
  const { settings } = context;
  const url = readWebAddress(input.url);
  checkAllowed(input, settings, url);
  for (const name of Object.keys(input.headers)) {
    if (!HEADER_NAME.test(name)) throw toolFailed({ message: `headers.${name} is not the name of a header.` });
  }
  const { body, isJson } = writeBody(input.method, input.body);
  return sendHttp(
    {
      method: input.method,
      url,
      headers: cleanHeaders(input.headers, isJson),
      body,
      timeoutMs: settings.timeoutMs,
      credential: orAbsent(settings.credential),
      // The model is shown what went wrong.
      failOnErrorStatus: false,
    },
    context,
  );
};

const checkAllowed = ({ method }: HttpToolInput, settings: HttpToolSettings, url: URL): void => {
  if (settings.allowed === 'read' && method !== 'GET' && method !== 'HEAD') {
    throw toolFailed({ message: `method: ${method} is not allowed here.`, hint: 'Use GET or HEAD.' });
  }
  if (settings.baseUrl.trim() === '' || isBelow(url, readWebAddress(settings.baseUrl))) return;
  throw toolFailed({
    message: `url: only addresses that begin with ${settings.baseUrl} may be called.`,
    hint: 'Call an address below it.',
  });
};

/** Compared as addresses, not as text: `https://api.example.com.evil.org` begins with the wrong one. */
const isBelow = (url: URL, base: URL): boolean => {
  if (url.origin !== base.origin || url.username !== '' || url.password !== '') return false;
  const folder = base.pathname.endsWith('/') ? base.pathname : `${base.pathname}/`;
  // %2e%2e and the like mean different things to different servers.
  if (/%2e|%2f|%5c/i.test(url.pathname)) return false;
  return url.pathname === base.pathname || url.pathname.startsWith(folder);
};
