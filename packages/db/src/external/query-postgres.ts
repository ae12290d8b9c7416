import type { Socket } from 'node:net';
import { isExecutionError } from '@agentweaver/core/errors/to-execution-error';
import { Client, types } from 'pg';
import Cursor from 'pg-cursor';
import {
  CONNECT_TIMEOUT_MS,
  createRowCollector,
  databaseFailed,
  type ExternalDatabase,
  type ExternalQuery,
  type ExternalResult,
  exactNumber,
  tlsOptions,
  untilStopped,
} from './external-query.ts';

const BATCH = 200;

const INT8 = 20;
/** date, timestamp, timestamptz: as the database writes them, not moved into this machine's time zone. */
const TIMES = new Set([1082, 1114, 1184]);
const BYTEA = 17;

const typeParsers = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8) return exactNumber;
    if (TIMES.has(oid)) return String;
    if (oid === BYTEA) return (text: string) => Buffer.from(text.replace(/^\\x/, ''), 'hex');
    return types.getTypeParser(oid, format as 'text');
  },
} as typeof types;

/**
 * One statement in a transaction of its own, read through a cursor. Read-only is PostgreSQL's own: the transaction begins
 * so, and a query before the statement takes its snapshot, after which nobody can turn it back. The extended protocol
 * takes one statement at a time.
 */
export const queryPostgres = async (database: ExternalDatabase, query: ExternalQuery): Promise<ExternalResult> => {
  const { address, connect } = database;
  const opening = AbortSignal.any([query.signal, AbortSignal.timeout(CONNECT_TIMEOUT_MS)]);
  const socket = await connect(opening).catch((error: unknown) => {
    throw query.signal.aborted ? query.signal.reason : describe(error);
  });
  const ssl = tlsOptions(database);
  const client = new Client({
    host: address.host,
    port: address.port,
    user: address.user,
    database: address.database,
    // A function, so that an empty one is not looked for in this machine's files and environment.
    password: () => address.password,
    ssl: ssl ?? false,
    stream: () => connected(socket),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'agentweaver',
    types: typeParsers,
  });
  // What the query is waiting for rejects as well; a lost connection must not end the process.
  client.on('error', () => undefined);

  const stop = () => {
    void cancelStatement(client, connect).finally(() => socket.destroy());
  };
  try {
    return await untilStopped(query, stop, async () => {
      await client.connect();
      return await runStatement(client, query);
    });
  } catch (error) {
    if (error === query.signal.reason) throw error;
    throw describe(error);
  } finally {
    void client.end().catch(() => undefined);
    // `end` waits for a server that may say nothing any more.
    setTimeout(() => socket.destroy(), 1_000).unref();
  }
};

const runStatement = async (client: Client, query: ExternalQuery): Promise<ExternalResult> => {
  await client.query(query.readOnly ? 'BEGIN TRANSACTION READ ONLY' : 'BEGIN');
  await client.query("SELECT set_config('statement_timeout', $1, true)", [String(query.timeoutMs)]);
  const cursor = client.query(new Cursor(query.sql, [...query.params], { types: typeParsers }));
  const collector = createRowCollector(query.maxRows);
  let columns: string[] = [];
  let changed: number | undefined;
  for (let wanted = true; wanted; ) {
    const wish = Math.min(BATCH, query.maxRows + 1);
    const { rows, fields, rowCount } = await readCursor(cursor, wish);
    if (fields.length > 0) columns = fields;
    changed = rowCount ?? changed;
    for (const row of rows) wanted = collector.add(row) && wanted;
    // Asked once more after its end, a cursor would know nothing of its columns.
    if (rows.length < wish) break;
  }
  await cursor.close();
  await client.query(query.readOnly ? 'ROLLBACK' : 'COMMIT');
  return collector.result(columns, columns.length > 0 ? undefined : (changed ?? 0));
};

type CursorRead = { rows: Record<string, unknown>[]; fields: string[]; rowCount: number | undefined };

const readCursor = (cursor: Cursor, count: number): Promise<CursorRead> =>
  new Promise((resolve, reject) => {
    cursor.read(count, (error, rows, result) => {
      if (error) reject(error);
      else {
        const fields = (result?.fields ?? []).map(({ name }) => name);
        resolve({ rows, fields, rowCount: result?.rowCount ?? undefined });
      }
    });
  });

/** pg asks its stream to connect; this one has. */
const connected = (socket: Socket): Socket => {
  socket.connect = () => {
    process.nextTick(() => socket.emit('connect'));
    return socket;
  };
  return socket;
};

const CANCEL_REQUEST = 80_877_102;

/** A server goes on with a statement whose client has gone: a second connection tells it to stop. */
const cancelStatement = async (client: Client, connect: ExternalDatabase['connect']): Promise<void> => {
  const { processID, secretKey } = client as unknown as { processID?: number; secretKey?: number };
  if (!processID || typeof secretKey !== 'number') return;
  const message = Buffer.alloc(16);
  message.writeInt32BE(16, 0);
  message.writeInt32BE(CANCEL_REQUEST, 4);
  message.writeInt32BE(processID, 8);
  message.writeInt32BE(secretKey, 12);
  try {
    const socket = await connect(AbortSignal.timeout(CONNECT_TIMEOUT_MS));
    socket.on('error', () => undefined);
    socket.end(message);
  } catch {
    // Its own time limit ends the statement then.
  }
};

const describe = (error: unknown): Error => {
  if (isExecutionError(error)) return error;
  const { code, message = 'It failed.', hint } = error as { code?: string; message?: string; hint?: string };
  switch (code) {
    case '25006':
      return databaseFailed(
        `The database refuses to write: ${message}`,
        'The step is set to read only. Turn that off where it may write.',
        error,
      );
    case '28P01':
    case '28000':
      return databaseFailed('The database refuses the user or the password.', 'Correct the credential.', error);
    case '57014':
      return databaseFailed('The statement was stopped, because it took too long.', 'Make the query cheaper.', error);
    case '42601':
      return databaseFailed(
        `The database does not understand the statement: ${message}`,
        'Write one statement, with $1, $2 … where values belong.',
        error,
      );
    default:
      return databaseFailed(message, hint, error);
  }
};
