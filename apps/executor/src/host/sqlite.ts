import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { noSuchFile } from '@agentweaver/core/host/file-content';
import { mediaTypeOf } from '@agentweaver/core/host/media-type';
import { MAX_FILE_BYTES } from '@agentweaver/core/host/ports/files';
import {
  databaseFailed,
  type ExternalQuery,
  type ExternalResult,
  untilStopped,
} from '@agentweaver/db/external/external-query';
import { z } from 'zod';
import { NO_ENVIRONMENT } from '../sandbox/sandbox.ts';
import type { ExecutionFiles } from './files.ts';

const CHILD = fileURLToPath(new URL('./sqlite-child.ts', import.meta.url));
const MEMORY_MB = 128;
/** Of the whole process: most of what SQLite takes is outside of the heap that Node limits. */
const MAX_RESIDENT_BYTES = 384 * 1024 * 1024;
const WATCH_MS = 50;

/** What the child writes when it is done. */
const answerSchema = z.union([
  z.object({
    result: z.object({
      columns: z.array(z.string()),
      rows: z.array(z.record(z.string(), z.unknown())),
      rowCount: z.int(),
      truncated: z.boolean(),
    }),
  }),
  z.object({ error: z.string() }),
]);

export type SqliteQuery = (file: string, nodeId: string, query: ExternalQuery) => Promise<ExternalResult>;

/**
 * SQLite on a file of the execution. It runs in a process of its own: SQLite computes without ever letting go of its
 * thread, so that only killing can stop it.
 */
export const createSqliteService = (files: ExecutionFiles): SqliteQuery => {
  /** One at a time and file: each reads the whole file and writes it back. */
  const turns = new Map<string, Promise<unknown>>();

  const run: SqliteQuery = async (file, nodeId, query) => {
    const stored = await files.find(file);
    if (!stored && query.readOnly) throw noSuchFile(file);
    const folder = await mkdtemp(path.join(tmpdir(), 'agentweaver-sqlite-'));
    try {
      const database = path.join(folder, 'database.sqlite');
      await writeFile(database, stored?.bytes ?? new Uint8Array());
      const result = await runChild(database, query);
      if (!query.readOnly) {
        const bytes = await readFile(database);
        if (bytes.byteLength > MAX_FILE_BYTES) throw tooLarge(file, bytes.byteLength);
        await files.change(file, nodeId, (before) => ({
          bytes,
          mediaType: before?.mediaType ?? (mediaTypeOf(file) === OCTETS ? SQLITE : mediaTypeOf(file)),
        }));
      }
      return result;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

  return (file, nodeId, query) => {
    const turn = (turns.get(file) ?? Promise.resolve()).catch(() => undefined).then(() => run(file, nodeId, query));
    turns.set(file, turn);
    return turn.finally(() => {
      if (turns.get(file) === turn) turns.delete(file);
    });
  };
};

const OCTETS = 'application/octet-stream';
const SQLITE = 'application/vnd.sqlite3';

const runChild = (database: string, query: ExternalQuery): Promise<ExternalResult> => {
  const child = spawn(
    process.execPath,
    ['--no-warnings', `--max-old-space-size=${MEMORY_MB}`, CHILD, database],
    // Its environment has nothing that a query could find.
    { stdio: ['pipe', 'pipe', 'ignore'], env: NO_ENVIRONMENT },
  );
  const watch = setInterval(() => {
    if (child.pid !== undefined && residentBytes(child.pid) > MAX_RESIDENT_BYTES) child.kill('SIGKILL');
  }, WATCH_MS);
  child.on('close', () => clearInterval(watch)).on('error', () => clearInterval(watch));
  return untilStopped(
    query,
    () => child.kill('SIGKILL'),
    () =>
      new Promise((resolve, reject) => {
        let output = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => {
          output += text;
        });
        child.on('error', reject);
        child.stdin.on('error', () => undefined);
        child.on('close', () => {
          try {
            const answer = answerSchema.parse(JSON.parse(output));
            if ('result' in answer) resolve(answer.result);
            else reject(databaseFailed(answer.error, 'Write one statement, with ? where values belong.'));
          } catch (cause) {
            reject(databaseFailed('The query ended without a result.', 'It may need too much memory.', cause));
          }
        });
        const { sql, params, readOnly, maxRows } = query;
        child.stdin.end(JSON.stringify({ sql, params, readOnly, maxRows }));
      }),
  );
};

const PAGE_BYTES = 4_096;

/** 0 where the system does not tell, and when the process has gone. */
const residentBytes = (pid: number): number => {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
  } catch {
    return 0;
  }
};

const tooLarge = (file: string, bytes: number): ExecutionError =>
  new ExecutionError({
    code: 'output_too_large',
    message: `The file ${file} would have ${bytes} bytes; ${MAX_FILE_BYTES} is the limit.`,
    hint: 'Keep less in it, or use a database server.',
  });
