import { describe, expect, it } from 'vitest';
import { createMemoryFiles } from '../../host/memory-files.ts';
import { runNode } from '../testing/run-node.ts';
import { databaseConfig } from './definition.ts';

describe('a Database node', () => {
  it('binds its parameters, with their types', async () => {
    const host = { files: createMemoryFiles() };
    const file = 'orders.sqlite';
    const write = (sql: string, params: string[] = []) =>
      runNode('database', {
        config: { sql, params: params.map((value) => ({ value })), file, allowWrites: true },
        input: { name: "O'Hara", tags: ['a'], paid: true },
        host,
      });
    await write('CREATE TABLE orders (name TEXT, tags TEXT, paid INTEGER, total REAL)');
    const insert = 'INSERT INTO orders VALUES (?, ?, ?, ?)';
    expect(
      (await write(insert, ['{{ input.name }}', '{{ input.tags }}', '{{ input.paid }}', '{{ 2.5 }}'])).output,
    ).toMatchObject({
      rowCount: 1,
    });
    const read = { sql: 'SELECT * FROM orders WHERE name = ? AND paid = ?', file };
    const { output } = await runNode('database', {
      config: { ...read, params: [{ value: "{{ 'O' & \"'Hara\" }}" }, { value: '{{ true }}' }] },
      host,
    });
    expect(output).toEqual({
      columns: ['name', 'tags', 'paid', 'total'],
      rows: [{ name: "O'Hara", tags: '["a"]', paid: 1, total: 2.5 }],
      rowCount: 1,
      truncated: false,
    });
  });

  it('takes no expressions in its SQL', () => {
    const parsed = databaseConfig.safeParse({ sql: "SELECT * FROM orders WHERE name = '{{ input.name }}'" });
    expect(parsed.error?.issues[0]?.message).toContain('put a placeholder here');
  });

  it('says before it runs that no database is named', () => {
    const parsed = databaseConfig.safeParse({ sql: 'SELECT 1' });
    expect(parsed.error?.issues.map(({ path }) => path.join('.'))).toEqual(['credential']);
  });
});
