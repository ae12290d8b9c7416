import { cleanHeaders, readWebAddress, sendHttp, writeBody } from '../../tools/send-http.ts';
import { orAbsent } from '../../tools/setting-fields.ts';
import { renderHeaders } from '../header-fields.ts';
import type { Execute } from '../node-type.ts';
import type { HttpRequestConfig } from './definition.ts';

export const executeHttpRequest: Execute<HttpRequestConfig> = async (context) => {
  const { config, render, evaluate } = context;
  const url = readWebAddress(await render(config.url));
  for (const { name, value } of config.query) url.searchParams.append(name, await render(value));
  const hasBody = config.method !== 'GET' && config.method !== 'HEAD' && config.body.trim() !== '';
  const { body, isJson } = writeBody(config.method, hasBody ? await evaluate(config.body) : undefined);
  const output = await sendHttp(
    {
      method: config.method,
      url,
      headers: cleanHeaders(await renderHeaders(config.headers, context), isJson),
      body,
      timeoutMs: config.timeoutMs,
      credential: orAbsent(config.credential),
      failOnErrorStatus: config.failOnErrorStatus,
    },
    context,
  );
  return { output };
};
