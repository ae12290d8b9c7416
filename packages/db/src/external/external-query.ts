import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import type { DatabaseAddress } from '@agentweaver/core/credentials/connection-url';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';

/** A database of a workspace's, not ours. */
export type ExternalDatabase = {
  address: DatabaseAddress;
  tls: 'off' | 'verify' | 'unverified';
  /** Opens a socket to it that passed the egress guard. Called a second time to stop a statement. */
  connect: (signal: AbortSignal) => Promise<Socket>;
};

export type ExternalQuery = {
  /** One statement. */
  sql: string;
  params: readonly (string | number | boolean | null)[];
  readOnly: boolean;
  maxRows: number;
  timeoutMs: number;
  signal: AbortSignal;
};

export type ExternalResult = {
  columns: string[];
  rows: Record<string, unknown>[];
  rowCount: number;
  truncated: boolean;
};

export const CONNECT_TIMEOUT_MS = 10_000;

/** What rows may weigh as JSON; an execution keeps every output. */
const MAX_RESULT_CHARACTERS = 4_000_000;

export const databaseFailed = (message: string, hint?: string, cause?: unknown): ExecutionError =>
  new ExecutionError({ code: 'database_failed', message, ...(hint ? { hint } : {}) }, { cause });

export const tlsOptions = ({ address, tls }: ExternalDatabase): ConnectionOptions | undefined =>
  tls === 'off' ? undefined : { rejectUnauthorized: tls === 'verify', host: address.host };

export type RowCollector = {
  /** `false` when no more are wanted. */
  add(row: Record<string, unknown>): boolean;
  result(columns: string[], changed?: number): ExternalResult;
};

export const createRowCollector = (maxRows: number): RowCollector => {
  const rows: Record<string, unknown>[] = [];
  let characters = 0;
  let truncated = false;
  return {
    add: (row) => {
      const plain = Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toJsonValue(value)]));
      characters += JSON.stringify(plain).length;
      if (rows.length >= maxRows || characters > MAX_RESULT_CHARACTERS) {
        truncated = true;
        return false;
      }
      rows.push(plain);
      return true;
    },
    result: (columns, changed) => ({ columns, rows, rowCount: changed ?? rows.length, truncated }),
  };
};

/** Whole numbers stay numbers while they are exact; bytes become base64. */
const toJsonValue = (value: unknown): unknown => {
  if (typeof value === 'bigint') return exactNumber(value.toString());
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  return value ?? null;
};

/** The number that a text is, or the text where a number would lose digits. */
export const exactNumber = (text: string): number | string => {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
};

/**
 * Runs `work` until it ends, its time is over, or the signal says so; in the latter two `stop` is called, and must make
 * `work` end. Rejects with the signal's reason, `database_failed`, or what `work` rejected with.
 */
export const untilStopped = async <T>(
  { timeoutMs, signal }: Pick<ExternalQuery, 'timeoutMs' | 'signal'>,
  stop: () => void,
  work: () => Promise<T>,
): Promise<T> => {
  signal.throwIfAborted();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const end = (reason: unknown) => {
    stop();
    reject(reason);
  };
  const abort = () => end(signal.reason);
  const timer = setTimeout(
    () =>
      end(
        databaseFailed(
          `The database did not answer within ${timeoutMs} ms.`,
          'Give the step more time, or make the query cheaper: an index, fewer rows.',
        ),
      ),
    timeoutMs,
  );
  signal.addEventListener('abort', abort, { once: true });
  const running = work();
  // When it has been stopped, what it then fails with says nothing.
  running.catch(() => undefined);
  try {
    return await Promise.race([running, stopped]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
};
