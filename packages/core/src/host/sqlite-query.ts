import { Worker } from 'node:worker_threads';
import { z } from 'zod';
import { ExecutionError } from '../engine/execution-errors.ts';
import { databaseQuerySchema, databaseResultSchema } from './ports/database.ts';
import { SQLITE_WORKER_SOURCE } from './sqlite-worker-source.ts';

const messageSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('done'),
    result: databaseResultSchema,
    /** The database after a write, where it was given as bytes. */
    bytes: z.instanceof(Uint8Array).optional(),
  }),
  z.object({ state: z.literal('several') }),
  z.object({ state: z.literal('failed'), message: z.string() }),
]);

/** Where the database is: a file of this machine, or the bytes of one (none: a new one). */
export type SqliteSource = { path: string } | { bytes: Uint8Array };

export type SqliteOutcome = { result: z.output<typeof databaseResultSchema>; bytes?: Uint8Array | undefined };

const MEMORY_MB = 256;

/**
 * One statement on a SQLite database, in a thread of its own. With `readOnly` SQLite refuses writes; other files cannot
 * be attached in any case. Rejects with `database_failed`, or the signal's reason.
 */
export const querySqlite = async (
  source: SqliteSource,
  given: z.input<typeof databaseQuerySchema>,
  signal: AbortSignal,
): Promise<SqliteOutcome> => {
  const request = databaseQuerySchema.parse(given);
  signal.throwIfAborted();
  const { sql, params, readOnly, maxRows, timeoutMs } = request;
  const worker = new Worker(SQLITE_WORKER_SOURCE, {
    eval: true,
    name: 'sqlite',
    env: {},
    // Without the notice that node:sqlite is new.
    execArgv: ['--no-warnings'],
    stdout: true,
    stderr: true,
    workerData: { ...source, sql, params, readOnly, maxRows },
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  const { promise, resolve, reject } = Promise.withResolvers<SqliteOutcome>();
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(() => reject(timedOut(timeoutMs)), timeoutMs);
  worker.on('message', (raw: unknown) => {
    const message = messageSchema.parse(raw);
    if (message.state === 'done') resolve({ result: message.result, bytes: message.bytes });
    else reject(message.state === 'several' ? severalStatements() : refused(message.message));
  });
  worker.on('error', (error) => reject(refused(error.message)));
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    // Not waited for: SQLite notices only when its present step is done.
    void worker.terminate();
  });
};

const timedOut = (timeoutMs: number): ExecutionError =>
  new ExecutionError({
    code: 'database_failed',
    message: `The query was stopped after ${timeoutMs / 1_000} s.`,
    hint: 'Ask for less, add an index, or give it more time.',
  });

const severalStatements = (): ExecutionError =>
  new ExecutionError({
    code: 'database_failed',
    message: 'sql: there is more than one statement.',
    hint: 'Send one statement at a time.',
  });

const refused = (message: string): ExecutionError =>
  new ExecutionError({
    code: 'database_failed',
    message: `The database refused the query: ${message.slice(0, 1_000)}`,
    hint: 'Check the SQL, its parameters, and whether writes are allowed.',
  });
