import { randomUUID } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { MASK } from '@agentweaver/core/credentials/mask-secrets';
import { databaseQuerySchema } from '@agentweaver/core/host/ports/database';
import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { afterAll, beforeAll, describe, expect, inject, it, test } from 'vitest';
import { createCredentials } from '../../apps/executor/src/host/credentials.ts';
import { createDatabaseService } from '../../apps/executor/src/host/database.ts';
import { createExecutionFiles, type ExecutionFiles } from '../../apps/executor/src/host/files.ts';
import { addCredential } from './support/credentials.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { createWorkspace } from './support/executions.ts';
import { createMasterKey } from './support/executor.ts';
import { hasMariadb, startMariadb, type TestMariadb } from './support/mariadb.ts';
import { createRunningExecution } from './support/running-execution.ts';

const masterKey = createMasterKey();
let database: TestDatabase;
/** What the credential leads to: somebody else's PostgreSQL, as far as the product knows. */
let foreign: TestDatabase;
let prisma: PrismaClient;
let owner: PrismaClient;
let mariadb: TestMariadb | undefined;
let workspaceId: string;
let claim: { executionId: string; attemptId: string };
let files: ExecutionFiles;
const names: Record<'postgres' | 'mysql', string> = { postgres: '', mysql: '' };

const url = (databaseUrl: string): URL => {
  const parsed = new URL(databaseUrl);
  parsed.search = '';
  if (parsed.hostname === 'localhost') parsed.hostname = '127.0.0.1';
  return parsed;
};

beforeAll(async () => {
  [database, foreign, mariadb] = await Promise.all([
    createTestDatabase(),
    createTestDatabase({ empty: true }),
    hasMariadb ? startMariadb() : undefined,
  ]);
  prisma = createPrisma({ databaseUrl: database.databaseUrl });
  owner = createPrisma({ databaseUrl: foreign.databaseUrl });
  workspaceId = await createWorkspace(prisma);
  claim = await createRunningExecution(prisma, workspaceId);
  files = createExecutionFiles(prisma, claim);
  const scope = { masterKey, workspaceId };
  const kind = 'database';
  await owner.$executeRawUnsafe(
    'CREATE TABLE items (id bigint PRIMARY KEY, name text, price numeric, made timestamptz)',
  );
  await owner.$executeRawUnsafe(
    "INSERT INTO items SELECT n, 'item ' || n, n / 4.0, '2026-01-02 03:04:05+00' FROM generate_series(1, 5000) n",
  );
  const address = url(foreign.databaseUrl);
  names.postgres = await addCredential(prisma, scope, {
    kind,
    settings: { tls: 'off' },
    secret: { url: address.href },
    allowedHosts: [],
  });
  await mariadb?.execute(
    'CREATE TABLE shop.items (id bigint PRIMARY KEY, name text, price decimal(10,2), made datetime)',
  );
  await mariadb?.execute(
    "INSERT INTO shop.items SELECT seq, CONCAT('item ', seq), seq / 4, '2026-01-02 03:04:05' FROM seq_1_to_5000",
  );
  names.mysql = await addCredential(prisma, scope, {
    kind,
    settings: { tls: 'off', engine: 'mysql' },
    secret: { url: `mysql://clerk:clerk-password@127.0.0.1:${mariadb?.port ?? 1}/shop` },
    allowedHosts: [],
  });
});
afterAll(async () => {
  await mariadb?.close();
  await prisma.$disconnect();
  await owner.$disconnect();
  await database.drop();
  await foreign.drop();
});

type Rules = { privateHosts: { host: string }[]; allowedHosts: string[] };
const open: Rules = { privateHosts: [{ host: '127.0.0.1' }, { host: '::1' }, { host: 'localhost' }], allowedHosts: [] };

const createService = (rules: Rules) => {
  const tokens = { ensure: () => Promise.reject(new Error('there is no OAuth here')) };
  const credentials = createCredentials({ prisma, masterKey, workspaceId, tokens });
  return createDatabaseService({ rules, credentials, files });
};

const query = async (
  request: Record<string, unknown>,
  { rules = open, signal = new AbortController().signal }: { rules?: Rules; signal?: AbortSignal } = {},
) => {
  return createService(rules)(databaseQuerySchema.parse(request), {
    nodeId: 'query',
    iteration: '',
    attempt: 1,
    index: 0,
    signal,
  });
};

/** Rows of a megabyte; an answer that is no read is taken to its end. */
const huge = "SELECT REPEAT('x', 1000000) AS x FROM items LIMIT 300";

const engines = [
  { engine: 'postgres', first: '$1' },
  { engine: 'mysql', first: '?' },
] as const;

describe.each(engines)('$engine', ({ engine, first }) => {
  if (engine === 'mysql' && !hasMariadb) {
    it.skip('needs MariaDB (apt-get install mariadb-server)', () => undefined);
    return;
  }
  const ask = (sql: string, more: Record<string, unknown> = {}) => query({ credential: names[engine], sql, ...more });
  const count = async () => Number((await ask('SELECT count(*) AS n FROM items')).rows[0]?.n);

  test('answers with columns and JSON rows, its values bound', async () => {
    const result = await ask(`SELECT id, name, price, made FROM items WHERE name = ${first}`, { params: ['item 2'] });
    expect(result).toMatchObject({ columns: ['id', 'name', 'price', 'made'], rowCount: 1, truncated: false });
    expect(result.rows[0]).toMatchObject({ id: 2, name: 'item 2' });
    expect(Number(result.rows[0]?.price)).toBe(0.5);
    expect(String(result.rows[0]?.made)).toMatch(/^2026-01-02 /);
    expect((await ask(`SELECT id FROM items WHERE name = ${first}`, { params: ["' OR 1=1 --"] })).rows).toEqual([]);
  });

  test('tells what a SHOW tells, and the columns of an empty answer', async () => {
    const shown = await ask(engine === 'postgres' ? 'SHOW server_version' : "SHOW VARIABLES LIKE 'version'");
    expect(shown).toMatchObject({ rowCount: 1, truncated: false });
    expect(await ask('SELECT id, name FROM items WHERE id < 0')).toMatchObject({ columns: ['id', 'name'], rows: [] });
  });

  test('stops reading at the limit of rows', async () => {
    const limited = await ask('SELECT id FROM items ORDER BY id', { maxRows: 700 });
    expect(limited).toMatchObject({ rowCount: 700, truncated: true });
    expect(limited.rows.at(-1)).toEqual({ id: 700 });
    // Also where the limit is a whole number of what is fetched at a time.
    expect(await ask('SELECT id FROM items ORDER BY id', { maxRows: 5_000 })).toMatchObject({
      columns: ['id'],
      rowCount: 5_000,
      truncated: false,
    });
  });

  test.each([
    "INSERT INTO items (id, name) VALUES (9001, 'x')",
    'DELETE FROM items',
    'DROP TABLE items',
    'CREATE TABLE other (id int)',
    'SET TRANSACTION READ WRITE',
    'COMMIT',
    ...(engine === 'postgres'
      ? [
          'DO $$ BEGIN INSERT INTO items (id) VALUES (9001); END $$',
          'DO $$ BEGIN SET transaction_read_only = off; INSERT INTO items (id) VALUES (9001); END $$',
          'DO $$ BEGIN COMMIT; INSERT INTO items (id) VALUES (9001); END $$',
          'WITH gone AS (DELETE FROM items RETURNING id) SELECT * FROM gone',
        ]
      : [
          'BEGIN NOT ATOMIC COMMIT; START TRANSACTION READ WRITE; INSERT INTO items (id) VALUES (9001); COMMIT; END',
          '/*! BEGIN NOT ATOMIC COMMIT; START TRANSACTION READ WRITE; DELETE FROM items; COMMIT; END */',
          'ANALYZE DELETE FROM items',
          "SELECT * FROM items INTO OUTFILE '/tmp/agentweaver-out'",
        ]),
  ])('writes nothing while it is read only: %s', async (sql) => {
    // Statements that only touch the transaction may pass; what they must not do is let anything be written.
    await ask(sql).catch((error: unknown) => expect(error).toMatchObject({ data: { code: 'database_failed' } }));
    expect(await count()).toBe(5_000);
  });

  test('refuses to write in the words of the database', async () => {
    const failure = await ask('INSERT INTO items (id) VALUES (9001)').then(
      () => undefined,
      (error: { data?: { code: string; message: string; hint?: string } }) => error.data,
    );
    expect(failure).toMatchObject({ code: 'database_failed' });
    expect(`${failure?.message} ${failure?.hint}`).toMatch(/read.?only/i);
  });

  test('writes where it may, and says how many rows changed', async () => {
    expect(
      await ask(`UPDATE items SET name = ${first} WHERE id <= 3`, { params: ['new'], readOnly: false }),
    ).toMatchObject({ rowCount: 3, rows: [], columns: [] });
    expect((await ask("SELECT id FROM items WHERE name = 'new'")).rowCount).toBe(3);
  });

  test.each([true, false])('takes one statement at a time (read only: %s)', async (readOnly) => {
    await expect(ask('SELECT 1; DELETE FROM items', { readOnly })).rejects.toMatchObject({
      data: { code: 'database_failed' },
    });
    expect(await count()).toBe(5_000);
  });

  test('gives up after its time, and when the step is cancelled, and the server stops as well', async () => {
    const slow = engine === 'postgres' ? 'SELECT pg_sleep(30)' : 'SELECT SLEEP(30)';
    const started = Date.now();
    await expect(ask(slow, { timeoutMs: 300 })).rejects.toMatchObject({ data: { code: 'database_failed' } });
    const controller = new AbortController();
    const pending = query({ credential: names[engine], sql: slow }, { signal: controller.signal });
    await sleep(300);
    const reason = new Error('cancelled');
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    const running =
      engine === 'postgres'
        ? "SELECT count(*) AS n FROM pg_stat_activity WHERE query = 'SELECT pg_sleep(30)' AND state = 'active'"
        : "SELECT count(*) AS n FROM information_schema.processlist WHERE info = 'SELECT SLEEP(30)'";
    await expect.poll(async () => Number((await ask(running)).rows[0]?.n), { timeout: 5_000 }).toBe(0);
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  test('does not take more from a server than an executor can hold', async () => {
    const sql = engine === 'postgres' ? "SELECT repeat('x', 300000000) AS x" : huge;
    const readOnly = engine === 'postgres';
    await expect(ask(sql, { readOnly, timeoutMs: 60_000 })).rejects.toMatchObject({
      data: { code: 'output_too_large' },
    });
  });

  test('passes the egress guard and the list of the workspace', async () => {
    const request = { credential: names[engine], sql: 'SELECT 1' };
    const closed = { privateHosts: [], allowedHosts: [] };
    await expect(query(request, { rules: closed })).rejects.toMatchObject({ data: { code: 'egress_denied' } });
    const listed = { ...open, allowedHosts: ['db.example.com'] };
    await expect(query(request, { rules: listed })).rejects.toMatchObject({ reason: 'not_in_allow_list' });
  });
});

test.runIf(hasMariadb)('TLS hides the connection, and a certificate that nobody vouches for is refused', async () => {
  const ask = async (tls: 'verify' | 'unverified', sql: string, more = {}) => {
    const name = await addCredential(
      prisma,
      { masterKey, workspaceId },
      {
        kind: 'database',
        settings: { tls, engine: 'mysql' },
        secret: { url: `mysql://clerk:clerk-password@127.0.0.1:${mariadb?.port}/shop` },
      },
    );
    return query({ credential: name, sql, ...more });
  };
  const cipher = (tls: 'verify' | 'unverified') => ask(tls, "SHOW STATUS LIKE 'Ssl_cipher'");
  expect((await cipher('unverified')).rows[0]?.Value).toMatch(/AES|CHACHA/);
  await expect(cipher('verify')).rejects.toMatchObject({
    data: { code: 'database_failed', message: expect.stringMatching(/self.signed/) },
  });
  // What is encrypted is counted as well.
  await expect(ask('unverified', huge, { readOnly: false })).rejects.toMatchObject({
    data: { code: 'output_too_large' },
  });
});

test('the password is not in what a server says, and a wrong one is told apart', async () => {
  const scope = { masterKey, workspaceId };
  const address = url(inject('postgresUrl'));
  address.username = 'nobody-here';
  address.password = 'a-very-secret-password';
  const name = await addCredential(prisma, scope, {
    kind: 'database',
    settings: { tls: 'off' },
    secret: { url: address.href },
  });
  const failure = await query({ credential: name, sql: 'SELECT 1' }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ data: { code: 'database_failed' } });
  expect(JSON.stringify((failure as { data: unknown }).data)).not.toContain('secret-password');
});

test
  .runIf(hasMariadb)
  .each([
    "SELECT 1 INTO OUTFILE '/tmp/agentweaver-out'",
    "SELECT 1 INTO/**/OUTFILE '/tmp/agentweaver-out'",
    "SELECT 1 INTO -- a comment\n DUMPFILE '/tmp/agentweaver-out'",
  ])('a step that only reads writes no file of the server: %s', async (sql) => {
  await expect(query({ credential: names.mysql, sql })).rejects.toMatchObject({
    data: { message: expect.stringContaining('set to read only') },
  });
});

test.runIf(hasMariadb)('a database that echoes its password is not believed', async () => {
  const echoed = await query({ credential: names.mysql, sql: 'SELECT ? AS echo', params: ['clerk-password'] });
  expect(echoed.rows).toEqual([{ echo: MASK }]);
});

test.each([
  ['a name that is not there', { credential: `c-${randomUUID()}` }],
  ['nothing', {}],
])('%s is no database', async (_what, request) => {
  await expect(query({ sql: 'SELECT 1', ...request })).rejects.toMatchObject({
    data: { code: expect.stringMatching(/^(credential|database)_failed$/) },
  });
});

describe('an SQLite file of the execution', () => {
  const ask = (sql: string, more: Record<string, unknown> = {}) => query({ file: 'data/shop.sqlite', sql, ...more });

  beforeAll(async () => {
    await ask('CREATE TABLE items (id integer primary key, name text, weight real, raw blob)', { readOnly: false });
    await ask("INSERT INTO items (name, weight, raw) VALUES ('a', 1.5, x'00ff'), ('b', 2, null), ('c', 3, null)", {
      readOnly: false,
    });
  });

  test('is made by a write and read by others', async () => {
    expect(await ask('SELECT * FROM items WHERE name = ?', { params: ['a'] })).toEqual({
      columns: ['id', 'name', 'weight', 'raw'],
      rows: [{ id: 1, name: 'a', weight: 1.5, raw: 'AP8=' }],
      rowCount: 1,
      truncated: false,
    });
    expect(await ask('SELECT id FROM items', { maxRows: 2 })).toMatchObject({ rowCount: 2, truncated: true });
    const stored = await files.find('data/shop.sqlite');
    expect(stored?.mediaType).toBe('application/vnd.sqlite3');
    expect(
      Buffer.from(stored?.bytes ?? [])
        .subarray(0, 15)
        .toString(),
    ).toBe('SQLite format 3');
  });

  test('is not written while it is read only', async () => {
    await expect(ask('DELETE FROM items')).rejects.toMatchObject({
      data: { code: 'database_failed', message: expect.stringMatching(/readonly/) },
    });
    expect((await ask('SELECT count(*) AS n FROM items')).rows).toEqual([{ n: 3 }]);
  });

  test.each([
    "ATTACH DATABASE '/tmp/agentweaver-attached.db' AS other",
    "VACUUM INTO '/tmp/agentweaver-vacuum.db'",
    "PRAGMA temp_store_directory = '/tmp'",
    "SELECT load_extension('/tmp/x')",
  ])('opens nothing else: %s', async (sql) => {
    await expect(ask(sql, { readOnly: false })).rejects.toMatchObject({ data: { code: 'database_failed' } });
  });

  test('takes one statement, and comments behind it', async () => {
    await expect(ask('SELECT 1; DELETE FROM items', { readOnly: false })).rejects.toMatchObject({
      data: { message: expect.stringContaining('more than one') },
    });
    expect((await ask('SELECT 1 AS one; -- that is all\n /* really */ ;')).rows).toEqual([{ one: 1 }]);
  });

  test('is stopped when it computes for ever', async () => {
    const forever = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n';
    await expect(ask(forever, { timeoutMs: 600 })).rejects.toMatchObject({
      data: { message: expect.stringContaining('600 ms') },
    });
  });

  test.each([
    ['the disk', 'CREATE TABLE big AS WITH RECURSIVE $rows SELECT randomblob(100000) AS b FROM n', false],
    ['the memory', 'WITH RECURSIVE $rows SELECT randomblob(100000) AS b FROM n ORDER BY b', true],
  ])('cannot fill %s', async (_what, sql, readOnly) => {
    const rows = 'n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000)';
    await expect(ask(sql.replace('$rows', rows), { readOnly, timeoutMs: 20_000 })).rejects.toMatchObject({
      data: { code: 'database_failed', message: expect.stringMatching(/disk is full|without a result/) },
    });
  });

  test('that is not there, or is something else, says so', async () => {
    await expect(query({ file: 'none.sqlite', sql: 'SELECT 1' })).rejects.toMatchObject({
      data: { code: 'file_failed' },
    });
    await files.change('text.sqlite', 'writer', () => ({
      bytes: Buffer.from('no database'.repeat(100)),
      mediaType: 'text/plain',
    }));
    await expect(query({ file: 'text.sqlite', sql: 'SELECT * FROM x' })).rejects.toMatchObject({
      data: { code: 'database_failed' },
    });
  });

  test('two writes at once are both kept', async () => {
    const service = createService(open);
    const insert = (name: string, index: number) =>
      service(
        databaseQuerySchema.parse({
          file: 'data/shop.sqlite',
          sql: 'INSERT INTO items (name) VALUES (?)',
          params: [name],
          readOnly: false,
        }),
        { nodeId: 'query', iteration: '', attempt: 1, index, signal: new AbortController().signal },
      );
    await Promise.all(['d', 'e'].map(insert));
    const stored = await files.find('data/shop.sqlite');
    const local = new DatabaseSync(':memory:');
    local.deserialize(Buffer.from(stored?.bytes ?? []));
    expect(local.prepare('SELECT count(*) AS n FROM items').get()).toEqual({ n: 5 });
    local.close();
  });
});
