import { z } from 'zod';

export const websocketExchangeSchema = z.object({
  /** `ws:` or `wss:`. */
  url: z.string().max(8_192),
  headers: z.record(z.string(), z.string()).default({}),
  credential: z.string().max(120).optional(),
  /** Sent in this order once the connection is open. */
  send: z.array(z.string().max(1_000_000)).max(100).default([]),
  /** It ends with this many messages … */
  maxMessages: z.int().min(0).max(1_000).default(1),
  /** … or with the first one that contains this text … */
  until: z.string().max(1_000).optional(),
  /** … or after this long with what there is by then. */
  timeoutMs: z.int().min(100).max(300_000).default(30_000),
});
export const websocketResultSchema = z.object({
  messages: z.array(z.string()),
  endedBy: z.enum(['count', 'until', 'timeout', 'closed']),
});

export type WebsocketPort<Call> = {
  /** Rejects with `websocket_failed` when it cannot connect. */
  exchange(
    request: z.input<typeof websocketExchangeSchema>,
    call: Call,
  ): Promise<z.output<typeof websocketResultSchema>>;
};
