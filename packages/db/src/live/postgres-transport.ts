import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { OnText, Transport } from './transport.ts';

const RECONNECT_MS = 500;
/** Messages only wake readers: nobody who has more to do waits for a server that does not answer. */
const ANSWER_TIMEOUT_MS = 5_000;
const CHANNEL_PREFIX = 'agentweaver_';

type Options = { databaseUrl: string; onError?: (error: Error) => void };

/**
 * LISTEN/NOTIFY over two connections of its own: one that listens (a pool would hand it to others), and one that
 * sends (one connection keeps the order). Both are opened when first used.
 */
export const createPostgresTransport = (options: Options, onText: OnText): Transport => {
  const topics = new Set<string>();
  let closed = false;

  const sender = reconnecting(options);
  const listener = reconnecting(options, {
    onOpen: async (client) => {
      client.on('notification', ({ channel, payload }) => {
        if (payload !== undefined) onText(channel.slice(CHANNEL_PREFIX.length), payload);
      });
      for (const topic of topics) await client.query(`LISTEN ${channelOf(topic)}`);
    },
    // Nobody calls a listener, so it has to come back without being asked.
    onLost: () => void relisten(),
  });

  const relisten = async (): Promise<void> => {
    while (!closed && topics.size > 0) {
      await sleep(RECONNECT_MS, undefined, { ref: false });
      try {
        if (!closed) await listener.open();
        return;
      } catch (error) {
        options.onError?.(toError(error));
      }
    }
  };

  /** A client takes one statement at a time; this also keeps messages in order. */
  let lastSend: Promise<unknown> = Promise.resolve();
  const send = async (topic: string, text: string): Promise<void> => {
    const client = await sender.open();
    await client.query('SELECT pg_notify($1, $2)', [`${CHANNEL_PREFIX}${topic}`, text]);
  };
  let lastCommand: Promise<unknown> = Promise.resolve();
  const command = async (client: pg.Client, sql: string): Promise<void> => {
    const turn = lastCommand.catch(() => undefined).then(() => client.query(sql));
    lastCommand = turn;
    await turn;
  };

  return {
    publish: async (topic, text) => {
      const turn = lastSend.catch(() => undefined).then(() => send(topic, text));
      lastSend = turn;
      await turn;
    },
    listen: async (topic) => {
      topics.add(topic);
      try {
        const client = await listener.open();
        await command(client, `LISTEN ${channelOf(topic)}`);
      } catch (error) {
        topics.delete(topic);
        throw error;
      }
    },
    unlisten: async (topic) => {
      topics.delete(topic);
      const client = listener.current();
      // Gone connections listen to nothing.
      if (client) await command(client, `UNLISTEN ${channelOf(topic)}`).catch(() => undefined);
    },
    check: async () => {
      const client = await sender.open();
      await client.query('SELECT 1');
      // Comes back by itself when something is listened to.
      if (topics.size > 0 && !listener.current()) throw new Error('The subscription to the database is interrupted.');
    },
    close: async () => {
      closed = true;
      await Promise.all([sender.close(), listener.close()]);
    },
  };
};

const channelOf = (topic: string): string => pg.escapeIdentifier(`${CHANNEL_PREFIX}${topic}`);

type Hooks = { onOpen?: (client: pg.Client) => Promise<void>; onLost?: () => void };

/** One client at a time, opened on demand and forgotten when it breaks. */
const reconnecting = ({ databaseUrl, onError }: Options, { onOpen, onLost }: Hooks = {}) => {
  let client: pg.Client | undefined;
  let opening: Promise<pg.Client> | undefined;
  let closed = false;

  const connect = async (): Promise<pg.Client> => {
    const fresh = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: 5_000,
      query_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      application_name: 'agentweaver-live',
    });
    fresh.on('error', (error) => onError?.(error));
    fresh.on('end', () => {
      if (client !== fresh) return;
      client = undefined;
      if (!closed) onLost?.();
    });
    try {
      await fresh.connect();
      await onOpen?.(fresh);
    } catch (error) {
      await fresh.end().catch(() => undefined);
      throw error;
    }
    if (closed) {
      await fresh.end();
      throw new Error('The live channel is closed.');
    }
    client = fresh;
    return fresh;
  };

  return {
    current: () => client,
    open: async (): Promise<pg.Client> => {
      if (closed) throw new Error('The live channel is closed.');
      if (client) return client;
      opening ??= connect().finally(() => {
        opening = undefined;
      });
      return opening;
    },
    close: async () => {
      closed = true;
      await opening?.catch(() => undefined);
      await client?.end().catch(() => undefined);
    },
  };
};

const toError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
