import { ExecutionError } from '../../engine/execution-errors.ts';
import { orAbsent } from '../setting-fields.ts';
import type { ExecuteTool } from '../tool.ts';
import type { WebsocketInput, WebsocketSettings } from './definition.ts';

export const executeWebsocket: ExecuteTool<
  WebsocketInput,
  WebsocketSettings & { headers?: Record<string, string> }
> = async ({ send }, { settings, host, nextCall, log }) => {
  const url = readSocketAddress(settings.url);
  const result = await host.websocket.exchange(
    {
      url: url.href,
      send,
      headers: settings.headers,
      credential: orAbsent(settings.credential),
      maxMessages: settings.maxMessages,
      until: settings.until === '' ? undefined : settings.until,
      timeoutMs: settings.timeoutMs,
    },
    nextCall(),
  );
  log('info', `${url.origin}${url.pathname} sent ${result.messages.length} messages (${result.endedBy}).`);
  return { messages: result.messages.map(parseMessage), endedBy: result.endedBy };
};

const readSocketAddress = (text: string): URL => {
  const url = URL.parse(text.trim());
  if (url && (url.protocol === 'ws:' || url.protocol === 'wss:')) return url;
  throw new ExecutionError({
    code: 'websocket_failed',
    message: `url: "${text.trim().slice(0, 200)}" is not a ws or wss address.`,
    hint: 'Write the whole address, such as wss://stream.example.com/prices.',
  });
};

/** Most servers send JSON. */
const parseMessage = (message: string): unknown => {
  if (!/^\s*[[{]/.test(message)) return message;
  try {
    return JSON.parse(message);
  } catch {
    return message;
  }
};
