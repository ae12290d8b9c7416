import { constants, DatabaseSync, type StatementSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { MAX_FILE_BYTES } from '@agentweaver/core/host/ports/files';
import { createRowCollector, type ExternalResult } from '@agentweaver/db/external/external-query';
import { z } from 'zod';

/**
 * The process that one SQLite query runs in: the file as its argument, the query on stdin, the answer on stdout.
 * See `sqlite.ts`.
 */
const querySchema = z.object({
  sql: z.string(),
  params: z.array(z.union([z.string(), z.number(), z.boolean(), z.null()])),
  readOnly: z.boolean(),
  maxRows: z.int(),
});
type Query = z.infer<typeof querySchema>;

const HARMLESS_PRAGMAS = new Set([
  'table_info',
  'table_xinfo',
  'table_list',
  'index_list',
  'index_info',
  'index_xinfo',
  'foreign_key_list',
  'foreign_keys',
  'user_version',
  'database_list',
]);

/** ATTACH and VACUUM INTO open any file of this machine, and some PRAGMAs write to others. */
const authorize = (action: number, name: string | null): number => {
  if (action === constants.SQLITE_ATTACH || action === constants.SQLITE_DETACH) return constants.SQLITE_DENY;
  if (action === constants.SQLITE_PRAGMA && !HARMLESS_PRAGMAS.has(name?.toLowerCase() ?? '')) {
    return constants.SQLITE_DENY;
  }
  if (action === constants.SQLITE_FUNCTION && name?.toLowerCase() === 'load_extension') return constants.SQLITE_DENY;
  return constants.SQLITE_OK;
};

/** Twice what may be kept: a file that grew a little too large is refused in our own words, others by SQLite itself. */
const MAX_DATABASE_BYTES = 2 * MAX_FILE_BYTES;

/** One statement could fill the disk of this machine, in the file or in what SQLite sets aside to sort. */
const limitDisk = (database: DatabaseSync): void => {
  // In memory, where the parent watches it.
  database.exec('PRAGMA temp_store = MEMORY');
  const pageSize = Number(database.prepare('PRAGMA page_size').get()?.page_size);
  database.exec(`PRAGMA max_page_count = ${Math.ceil(MAX_DATABASE_BYTES / pageSize)}`);
};

const run = (file: string, { sql, params, readOnly, maxRows }: Query): ExternalResult => {
  const database = new DatabaseSync(file, { readOnly, allowExtension: false, defensive: true });
  try {
    limitDisk(database);
    database.setAuthorizer(authorize);
    const statement = prepareOne(database, sql);
    statement.setReadBigInts(true);
    const values = params.map((value) => (typeof value === 'boolean' ? Number(value) : value));
    const columns = statement.columns().map(({ name }) => name);
    const collector = createRowCollector(maxRows);
    if (columns.length === 0) return collector.result([], Number(statement.run(...values).changes));
    // A write that returns rows is read to its end, or it would not have happened.
    for (const row of statement.iterate(...values)) if (!collector.add(row) && readOnly) break;
    return collector.result(columns);
  } finally {
    database.close();
  }
};

/** SQLite takes the first statement and is silent about the rest. */
const prepareOne = (database: DatabaseSync, sql: string): StatementSync => {
  const statement = database.prepare(sql);
  const rest = sql.slice(statement.sourceSQL.length).replace(/--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[\s;]/g, '');
  if (rest !== '') throw new Error('There is more than one statement.');
  return statement;
};

const [file = ''] = process.argv.slice(2);
try {
  const query = querySchema.parse(JSON.parse(await text(process.stdin)));
  process.stdout.write(JSON.stringify({ result: run(file, query) }));
} catch (error) {
  process.stdout.write(JSON.stringify({ error: error instanceof Error ? error.message : 'It failed.' }));
}
