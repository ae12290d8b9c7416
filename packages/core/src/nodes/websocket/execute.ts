import { cleanHeaders } from '../../tools/send-http.ts';
import { websocketTool } from '../../tools/websocket/definition.ts';
import { executeWebsocket as execute } from '../../tools/websocket/execute.ts';
import { renderHeaders } from '../header-fields.ts';
import type { Execute } from '../node-type.ts';
import { runTool } from '../run-tool.ts';
import type { WebsocketConfig } from './definition.ts';

export const executeWebsocket: Execute<WebsocketConfig> = async (context) => {
  const { config, render, evaluate } = context;
  const { credential, maxMessages, until, timeoutMs } = config;
  const url = await render(config.url);
  const headers = cleanHeaders(await renderHeaders(config.headers, context), false);
  const send = toMessages(config.send.trim() === '' ? [] : await evaluate(config.send));
  const settings = { url, credential, maxMessages, until, timeoutMs, headers };
  return { output: await runTool({ definition: websocketTool, execute }, { input: { send }, settings }, context) };
};

const toMessages = (value: unknown): string[] => {
  if (value === null || value === undefined || value === '') return [];
  return (Array.isArray(value) ? value : [value]).map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
};
