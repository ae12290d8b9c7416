import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallContext, Host } from './host.ts';
import { createInProcessHost } from './in-process-host.ts';
import { createMemoryFiles } from './memory-files.ts';
import { sqliteDatabase } from './sqlite-database.ts';

let folder: string;
let database: Host['database'];
const call = (signal = new AbortController().signal): CallContext => ({
  nodeId: 'a',
  iteration: '',
  attempt: 1,
  index: 0,
  signal,
});

type Query = Parameters<Host['database']['query']>[0];
const write = (sql: string, params: Query['params'] = []) => database.query({ sql, params, readOnly: false }, call());
const read = (sql: string, more: Partial<Query> = {}) => database.query({ sql, ...more }, call());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agentweaver-sqlite-'));
  database = sqliteDatabase(join(folder, 'orders.sqlite'));
  await write('CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT, paid INTEGER, data BLOB)');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a SQLite file', () => {
  it('is written and read, with parameters that the driver binds', async () => {
    const name = "Robert'); DROP TABLE orders;--";
    expect(await write('INSERT INTO orders (name, paid) VALUES (?, ?), (?, ?)', [name, true, null, 2.5])).toEqual({
      columns: [],
      rows: [],
      rowCount: 2,
      truncated: false,
    });
    expect(await read('SELECT id, name, paid FROM orders WHERE name = ? OR paid > ?', { params: [name, 2] })).toEqual({
      columns: ['id', 'name', 'paid'],
      rows: [
        { id: 1, name, paid: 1 },
        { id: 2, name: null, paid: 2.5 },
      ],
      rowCount: 2,
      truncated: false,
    });
  });

  it('gives bytes as base64, and whole numbers that JSON cannot hold as text', async () => {
    await write("INSERT INTO orders (id, data) VALUES (9007199254740993, x'ff00')");
    expect((await read('SELECT id, data FROM orders')).rows).toEqual([{ id: '9007199254740993', data: '/wA=' }]);
  });

  it('gives as many rows as it may, and says when there are more', async () => {
    const rows = 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 5) SELECT x FROM n';
    expect(await read(rows, { maxRows: 5 })).toMatchObject({ rowCount: 5, truncated: false });
    expect(await read(rows, { maxRows: 4 })).toMatchObject({ rowCount: 4, truncated: true });
  });

  it('does a change whose rows do not all fit to its end', async () => {
    const result = await database.query(
      { sql: "INSERT INTO orders (name) VALUES ('a'), ('b'), ('c') RETURNING id", readOnly: false, maxRows: 1 },
      call(),
    );
    expect(result).toMatchObject({ rows: [{ id: 1 }], truncated: true });
    expect((await read('SELECT count(*) AS n FROM orders')).rows).toEqual([{ n: 3 }]);
  });

  it.each([
    "INSERT INTO orders (name) VALUES ('x')",
    'DELETE FROM orders',
    'DROP TABLE orders',
    'CREATE TABLE more (id INTEGER)',
  ])('refuses writes where only reading is allowed: %s', async (sql) => {
    await expect(read(sql)).rejects.toMatchObject({
      data: { code: 'database_failed', message: expect.stringMatching(/readonly/) },
    });
  });

  it.each(["ATTACH '/tmp/other.sqlite' AS other", "VACUUM INTO '/tmp/copy.sqlite'", 'PRAGMA query_only = OFF'])(
    'stays alone, also where writes are allowed: %s',
    async (sql) => {
      await expect(write(sql)).rejects.toMatchObject({
        data: { code: 'database_failed', message: expect.stringMatching(/not authorized|authorization denied/) },
      });
    },
  );

  it('tells its tables', async () => {
    expect((await read('PRAGMA table_info(orders)')).rows.map(({ name }) => name)).toEqual([
      'id',
      'name',
      'paid',
      'data',
    ]);
  });

  it('takes one statement', async () => {
    await expect(write("INSERT INTO orders (name) VALUES ('x'); DROP TABLE orders")).rejects.toMatchObject({
      data: { code: 'database_failed', message: 'sql: there is more than one statement.' },
    });
    expect(await read('SELECT 1 AS one; -- and /* no */ more\n ;')).toMatchObject({ rows: [{ one: 1 }] });
  });

  it('says what is wrong with the SQL', async () => {
    await expect(read('SELECT * FROM missing')).rejects.toMatchObject({
      data: { code: 'database_failed', message: expect.stringContaining('no such table: missing') },
    });
  });

  it('stops a query that takes too long', async () => {
    const endless = 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n';
    await expect(read(`${endless} LIMIT 1`, { timeoutMs: 300 })).rejects.toMatchObject({
      data: { code: 'database_failed', message: 'The query was stopped after 0.3 s.' },
    });
  });

  it('ends with the signal', async () => {
    const cancel = new AbortController();
    const running = database.query({ sql: 'SELECT 1' }, call(cancel.signal));
    cancel.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    await expect(database.query({ sql: 'SELECT 1' }, call(cancel.signal))).rejects.toThrow('cancelled');
  });
});

describe('SQLite files among the files of an execution', () => {
  it('are made by a write, and read by later steps', async () => {
    const host = createInProcessHost({ files: createMemoryFiles() });
    const ask = (sql: string, readOnly: boolean) =>
      host.database.query({ file: 'data/a.sqlite', sql, readOnly }, call());
    await ask('CREATE TABLE notes (text TEXT)', false);
    await ask("INSERT INTO notes VALUES ('tea')", false);
    expect((await ask('SELECT text FROM notes', true)).rows).toEqual([{ text: 'tea' }]);
    await expect(ask("INSERT INTO notes VALUES ('x')", true)).rejects.toMatchObject({
      data: { code: 'database_failed' },
    });
    expect(await host.files.list({}, call())).toMatchObject([
      { path: 'data/a.sqlite', mediaType: 'application/vnd.sqlite3' },
    ]);
  });

  it('must be there to be read', async () => {
    const asked = createInProcessHost().database.query({ file: 'none.sqlite', sql: 'SELECT 1' }, call());
    await expect(asked).rejects.toMatchObject({ data: { code: 'file_failed' } });
  });

  it('must be databases', async () => {
    const host = createInProcessHost();
    await host.files.write({ path: 'a.txt', content: 'no database' }, call());
    const asked = host.database.query({ file: 'a.txt', sql: 'SELECT 1 FROM sqlite_master' }, call());
    await expect(asked).rejects.toMatchObject({ data: { code: 'database_failed' } });
  });

  it('are named, or a database is', async () => {
    const host = createInProcessHost();
    await expect(host.database.query({ sql: 'SELECT 1' }, call())).rejects.toMatchObject({
      data: { code: 'database_failed' },
    });
    await expect(host.database.query({ credential: 'orders', sql: 'SELECT 1' }, call())).rejects.toMatchObject({
      data: { code: 'not_available', hint: expect.stringContaining('“database”') },
    });
  });
});
