import { z } from 'zod';
import { createPostgresTransport } from './live/postgres-transport.ts';
import { createRedisTransport } from './live/redis-transport.ts';
import type { OnText } from './live/transport.ts';

/** What travels live. It only wakes readers or is nice to see; the truth is in the database. */
export const liveMessageSchema = z.discriminatedUnion('type', [
  /** New rows up to this `seq`; `ended`: the last ones. */
  z.object({ type: z.literal('events'), lastSeq: z.int(), ended: z.boolean().optional() }),
  /** Tokens of a model's answer as they come. Not stored, and dropped when too many. */
  z.object({ type: z.literal('delta'), nodeId: z.string(), iteration: z.string(), text: z.string() }),
]);
export type LiveMessage = z.infer<typeof liveMessageSchema>;

export type LiveHandler = (message: LiveMessage) => void;

export type LiveChannel = {
  /** Resolves when the message is sent; delivery is at most once. */
  publish: (executionId: string, message: LiveMessage) => Promise<void>;
  /** Resolves when messages arrive from now on; read the backlog after that. */
  subscribe: (executionId: string, handler: LiveHandler) => Promise<() => Promise<void>>;
  /** Tells whoever runs the execution that its end was asked for. */
  publishCancel: (executionId: string) => Promise<void>;
  /** The same at the other end: of all executions, over one subscription. */
  onCancel: (handler: (executionId: string) => void) => Promise<() => Promise<void>>;
  /** Resolves when messages travel now; rejects otherwise. */
  check: () => Promise<void>;
  close: () => Promise<void>;
};

export type LiveChannelConfig = {
  /** Set: Redis pub/sub. Otherwise PostgreSQL's LISTEN/NOTIFY. */
  redisUrl?: string;
  databaseUrl: string;
  /** Several installations on one Redis. */
  prefix?: string;
  onError?: (error: Error) => void;
};

/** A NOTIFY carries less than 8,000 bytes, and JSON may take six for one character. */
const MAX_DELTA_LENGTH = 1_200;

/** The topic of all cancels; other topics are ids of executions. */
const CANCELS = 'cancels';

/** Beyond this many unsent messages, deltas are dropped rather than kept. */
const MAX_UNSENT = 500;

/** Connects by itself, also again; what is sent while it is not connected is lost. */
export const createLiveChannel = (config: LiveChannelConfig): LiveChannel => {
  const handlers = new Map<string, Set<LiveHandler>>();
  const cancelHandlers = new Set<(executionId: string) => void>();
  let unsent = 0;

  const onText: OnText = (executionId, text) => {
    if (executionId === CANCELS) {
      for (const handler of cancelHandlers) handler(text);
      return;
    }
    const message = parse(text);
    if (!message) return;
    for (const handler of handlers.get(executionId) ?? []) handler(message);
  };
  const transport = config.redisUrl
    ? createRedisTransport({ prefix: 'agentweaver', ...config, redisUrl: config.redisUrl }, onText)
    : createPostgresTransport(config, onText);

  const send = async (executionId: string, message: LiveMessage): Promise<void> => {
    unsent += 1;
    try {
      await transport.publish(executionId, JSON.stringify(message));
    } finally {
      unsent -= 1;
    }
  };

  return {
    publish: async (executionId, message) => {
      if (message.type !== 'delta') return send(executionId, message);
      if (unsent >= MAX_UNSENT) return;
      await Promise.all(split(message.text).map((text) => send(executionId, { ...message, text })));
    },
    subscribe: async (executionId, handler) => {
      // Wrapped, so that the same function can subscribe twice.
      const own: LiveHandler = (message) => handler(message);
      const group = handlers.get(executionId) ?? new Set();
      group.add(own);
      handlers.set(executionId, group);
      const unsubscribe = async () => {
        group.delete(own);
        if (group.size > 0 || handlers.get(executionId) !== group) return;
        handlers.delete(executionId);
        await transport.unlisten(executionId);
      };
      try {
        // Also for the second subscriber: the first one's may be under way still.
        await transport.listen(executionId);
      } catch (error) {
        await unsubscribe().catch(() => undefined);
        throw error;
      }
      return unsubscribe;
    },
    publishCancel: (executionId) => transport.publish(CANCELS, executionId),
    onCancel: async (handler) => {
      const own = (executionId: string) => handler(executionId);
      cancelHandlers.add(own);
      await transport.listen(CANCELS);
      return async () => {
        cancelHandlers.delete(own);
        if (cancelHandlers.size === 0) await transport.unlisten(CANCELS);
      };
    },
    check: () => transport.check(),
    close: () => transport.close(),
  };
};

const parse = (text: string): LiveMessage | undefined => {
  try {
    return liveMessageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
};

const split = (text: string): string[] => {
  const parts: string[] = [];
  for (let start = 0; start < text.length; start += MAX_DELTA_LENGTH) {
    parts.push(text.slice(start, start + MAX_DELTA_LENGTH));
  }
  return parts;
};
