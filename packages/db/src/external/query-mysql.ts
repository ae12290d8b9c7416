import { isExecutionError } from '@agentweaver/core/errors/to-execution-error';
import { type Connection, createConnection, type FieldPacket } from 'mysql2';
import {
  CONNECT_TIMEOUT_MS,
  createRowCollector,
  databaseFailed,
  type ExternalDatabase,
  type ExternalQuery,
  type ExternalResult,
  tlsOptions,
  untilStopped,
} from './external-query.ts';

/**
 * One prepared statement in a transaction of its own. Read-only is the server's own transaction mode; a statement that
 * brings statements of its own, which could end that transaction and begin another, is refused before.
 */
export const queryMysql = async (database: ExternalDatabase, query: ExternalQuery): Promise<ExternalResult> => {
  if (query.readOnly) refuseCompound(query.sql);
  const connection = await openConnection(database, query.signal);
  const stop = () => {
    const { threadId } = connection;
    connection.destroy();
    // A server goes on with a statement whose client has gone: a second connection tells it to stop.
    if (threadId) void kill(database, threadId);
  };
  try {
    return await untilStopped(query, stop, () => runStatement(connection, query));
  } catch (error) {
    if (error === query.signal.reason) throw error;
    throw describe(error);
  } finally {
    connection.destroy();
  }
};

const openConnection = async (database: ExternalDatabase, signal: AbortSignal): Promise<Connection> => {
  const { address, connect } = database;
  const opening = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_TIMEOUT_MS)]);
  try {
    const socket = await connect(opening);
    const ssl = tlsOptions(database);
    const connection = createConnection({
      stream: socket,
      host: address.host,
      port: address.port,
      user: address.user,
      password: address.password,
      database: address.database,
      connectTimeout: CONNECT_TIMEOUT_MS,
      charset: 'utf8mb4',
      supportBigNumbers: true,
      dateStrings: true,
      disableEval: true,
      multipleStatements: false,
      ...(ssl
        ? { ssl: { rejectUnauthorized: database.tls === 'verify', verifyIdentity: database.tls === 'verify' } }
        : {}),
    });
    // What the query is waiting for rejects as well; a lost connection must not end the process.
    connection.on('error', () => undefined);
    await new Promise<void>((resolve, reject) => {
      connection.connect((failure) => (failure ? reject(failure) : resolve()));
    }).catch((failure) => {
      connection.destroy();
      throw failure;
    });
    return connection;
  } catch (error) {
    throw signal.aborted ? signal.reason : describe(error);
  }
};

const runStatement = async (connection: Connection, query: ExternalQuery): Promise<ExternalResult> => {
  await limitTime(connection, query.timeoutMs);
  if (query.readOnly) await command(connection, 'SET SESSION TRANSACTION READ ONLY');
  await command(connection, query.readOnly ? 'START TRANSACTION READ ONLY' : 'START TRANSACTION');
  const result = await execute(connection, query);
  // A read may have stopped in the middle of its rows: its connection is closed, not used again.
  if (!query.readOnly) await command(connection, 'COMMIT');
  return result;
};

const execute = (connection: Connection, query: ExternalQuery): Promise<ExternalResult> =>
  new Promise((resolve, reject) => {
    const collector = createRowCollector(query.maxRows);
    let columns: string[] = [];
    let changed: number | undefined;
    const statement = connection.execute(query.sql, [...query.params]);
    statement.on('fields', (fields: FieldPacket[] | undefined) => {
      columns = fields?.map(({ name }) => name) ?? [];
    });
    statement.on('result', (row: Record<string, unknown>) => {
      if (columns.length === 0) changed = Number(row.affectedRows ?? 0);
      else if (!collector.add(row) && query.readOnly) {
        resolve(collector.result(columns));
        connection.destroy();
      }
    });
    statement.on('error', reject);
    statement.on('end', () => resolve(collector.result(columns, changed)));
    connection.once('error', reject);
  });

const command = (connection: Connection, sql: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    connection.query(sql, (error: unknown, rows: unknown) => (error ? reject(error) : resolve(rows)));
  });

/** MariaDB and MySQL name it differently; MySQL limits reads alone. */
const limitTime = async (connection: Connection, timeoutMs: number): Promise<void> => {
  await command(connection, `SET SESSION max_statement_time = ${Math.max(0.001, timeoutMs / 1_000)}`).catch(() =>
    command(connection, `SET SESSION max_execution_time = ${timeoutMs}`),
  );
};

const kill = async (database: ExternalDatabase, threadId: number): Promise<void> => {
  try {
    const connection = await openConnection(database, AbortSignal.timeout(CONNECT_TIMEOUT_MS));
    await command(connection, `KILL QUERY ${threadId}`).finally(() => connection.destroy());
  } catch {
    // Its own time limit ends the statement then.
  }
};

const READS = /^\(*\s*(select|with|show|describe|desc|explain|values|table)\b/i;

/** Wherever it stands: comments may part it from its INTO. */
const WRITES_FILE = /\b(outfile|dumpfile)\b/i;

/** `BEGIN NOT ATOMIC …`, `CALL` and comments that the server runs could leave the read-only transaction. */
const refuseCompound = (sql: string): void => {
  const bare = sql.replace(/^(?:\s+|--[ \t][^\n]*(?:\n|$)|#[^\n]*(?:\n|$)|\/\*(?![!M])[\s\S]*?\*\/)+/, '');
  if (READS.test(bare) && !WRITES_FILE.test(bare) && !/\/\*(!|M!)/.test(bare)) return;
  throw databaseFailed(
    'The step is set to read only, and the statement is not a SELECT, WITH, SHOW, DESCRIBE, EXPLAIN, VALUES or TABLE.',
    'Turn “read only” off where it may write.',
  );
};

const describe = (error: unknown): Error => {
  if (isExecutionError(error)) return error;
  const { code, errno, message = 'It failed.' } = error as { code?: string; errno?: number; message?: string };
  switch (errno ?? code) {
    case 1792:
      return databaseFailed(
        `The database refuses to write: ${message}`,
        'The step is set to read only. Turn that off where it may write.',
        error,
      );
    case 1045:
    case 1044:
    case 1698:
      return databaseFailed('The database refuses the user or the password.', 'Correct the credential.', error);
    case 1969:
    case 3024:
    case 1317:
      return databaseFailed('The statement was stopped, because it took too long.', 'Make the query cheaper.', error);
    case 1064:
      return databaseFailed(
        `The database does not understand the statement: ${message}`,
        'Write one statement, with ? where values belong.',
        error,
      );
    default:
      return databaseFailed(message, undefined, error);
  }
};
