import { z } from 'zod';
import { credentialField, socketAddressField, timeoutField } from '../setting-fields.ts';
import type { ToolDefinition } from '../tool.ts';

/** What the node and the tool set alike. */
export const websocketEndFields = {
  maxMessages: z.int().min(1).max(1_000).default(1).meta({
    title: 'Messages',
    description: 'It ends after this many messages have come.',
  }),
  until: z.string().max(1_000).default('').meta({
    title: 'Until',
    description: 'It ends with the first message that contains this text. Empty: only by number and time.',
  }),
  timeoutMs: timeoutField().meta({
    title: 'Timeout',
    description: 'It ends after this many milliseconds with the messages that have come by then.',
  }),
};

export const websocketSettings = z.strictObject({
  url: socketAddressField({
    title: 'URL',
    description: 'An address that begins with ws or wss.',
    placeholder: 'wss://stream.example.com/prices',
  }),
  credential: credentialField('Added by the host when it connects.'),
  ...websocketEndFields,
});
export type WebsocketSettings = z.output<typeof websocketSettings>;

export const websocketInput = z.strictObject({
  send: z
    .array(z.string().max(1_000_000))
    .max(100)
    .default([])
    .meta({ description: 'Messages to send once connected, in this order. JSON as text.' }),
});
export type WebsocketInput = z.output<typeof websocketInput>;

export const websocketTool: ToolDefinition<typeof websocketInput, typeof websocketSettings> = {
  name: 'websocket',
  title: 'WebSocket',
  description: 'Connects to a WebSocket, sends messages, and gives the messages that come back.',
  icon: 'PlugConnected',
  input: websocketInput,
  settings: websocketSettings,
  defaults: { url: '', credential: '', maxMessages: 1, until: '', timeoutMs: 30_000 },
  touches: ['network'],
  isRepeatable: ({ send }) => send.length === 0,
  tell: ({ url }) => `Address: ${url.split('?')[0]}.`,
};
