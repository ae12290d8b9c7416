/** Of schemas and the like; every other PRAGMA could change how the database is read or written. */
const READING_PRAGMAS = [
  'table_info',
  'table_xinfo',
  'table_list',
  'index_list',
  'index_info',
  'index_xinfo',
  'foreign_key_list',
  'database_list',
  'function_list',
  'collation_list',
  'compile_options',
];

/**
 * The worker's own program, as text, because the products are bundled. SQLite calculates on the thread that asks: in
 * the caller's own, one slow query would hold up everything else, and no time limit could end it.
 */
export const SQLITE_WORKER_SOURCE = `'use strict';
const { parentPort, workerData } = require('node:worker_threads');
const { DatabaseSync, constants } = require('node:sqlite');
const { path, bytes, sql, params, readOnly, maxRows } = workerData;
const readingPragmas = new Set(${JSON.stringify(READING_PRAGMAS)});

const open = () => {
  if (path !== undefined) return new DatabaseSync(path, { readOnly });
  const database = new DatabaseSync(':memory:');
  if (bytes.byteLength > 0) database.deserialize(bytes);
  if (readOnly) database.exec('PRAGMA query_only = ON');
  return database;
};

/** Other files, and what would undo the limits above. */
const authorize = (action, name) => {
  if (action === constants.SQLITE_ATTACH) return constants.SQLITE_DENY;
  if (action === constants.SQLITE_PRAGMA && !readingPragmas.has(String(name).toLowerCase())) return constants.SQLITE_DENY;
  return constants.SQLITE_OK;
};

const toJson = (value) => {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value !== 'bigint') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
};

const run = () => {
  const database = open();
  try {
    database.setAuthorizer(authorize);
    const statement = database.prepare(sql);
    const rest = sql.slice(statement.sourceSQL.length).replace(/--[^\\n]*|\\/\\*[^]*?\\*\\/|[;\\s]/g, '');
    if (rest !== '') return { state: 'several' };
    statement.setReadBigInts(true);
    const columns = statement.columns().map((column) => column.name);
    const values = params.map((value) => (typeof value === 'boolean' ? Number(value) : value));
    const result = columns.length === 0 ? change(statement, values) : read(statement, values, columns);
    // What follows asks PRAGMAs of its own.
    database.setAuthorizer(null);
    const changed = path === undefined && !readOnly ? { bytes: database.serialize() } : {};
    return { state: 'done', result, ...changed };
  } finally {
    database.close();
  }
};

const change = (statement, values) => {
  const { changes } = statement.run(...values);
  return { columns: [], rows: [], rowCount: Number(changes), truncated: false };
};

const read = (statement, values, columns) => {
  const rows = [];
  let truncated = false;
  for (const row of statement.iterate(...values)) {
    // What changes something is run to its end, however much it gives back.
    truncated ||= rows.length >= maxRows;
    if (truncated && readOnly) break;
    if (!truncated) rows.push(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, toJson(value)])));
  }
  return { columns, rows, rowCount: rows.length, truncated };
};

try {
  parentPort.postMessage(run());
} catch (error) {
  parentPort.postMessage({ state: 'failed', message: String(error.message) });
}
`;
