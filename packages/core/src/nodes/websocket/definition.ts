import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import { credentialField, MAX_TOOL_TIMEOUT_MS } from '../../tools/setting-fields.ts';
import { websocketEndFields } from '../../tools/websocket/definition.ts';
import { headersField } from '../header-fields.ts';
import type { NodeDefinition } from '../node-type.ts';

export const websocketConfig = z.strictObject({
  url: template({
    title: 'URL',
    description: 'An address that begins with ws or wss.',
    multiline: false,
    placeholder: 'wss://stream.example.com/{{ input.channel }}',
  }).min(1, 'give the address to connect to'),
  send: template({
    title: 'Send',
    description:
      'Sent once connected. A single {{ expression }} that gives a list sends each entry; objects are sent as JSON. Empty: only listens.',
    placeholder: '{{ { "subscribe": input.channel } }}',
  }).default(''),
  headers: headersField(),
  credential: credentialField('Added by the host when it connects: a key never stands in a workflow.'),
  ...websocketEndFields,
});
export type WebsocketConfig = z.output<typeof websocketConfig>;

export const websocketDefinition: NodeDefinition<typeof websocketConfig> = {
  type: 'websocket',
  title: 'WebSocket',
  summary: 'Connects to a WebSocket, sends, and hands on what comes back.',
  aliases: ['socket', 'stream', 'ws', 'wss', 'realtime', 'live', 'subscribe', 'feed'],
  category: 'tools',
  icon: 'PlugConnected',
  config: websocketConfig,
  defaults: {
    url: 'wss://example.com/',
    send: '',
    headers: [],
    credential: '',
    maxMessages: 1,
    until: '',
    timeoutMs: 30_000,
  },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Messages' }],
  defaultTimeoutMs: MAX_TOOL_TIMEOUT_MS + 10_000,
};
