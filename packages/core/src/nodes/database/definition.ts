import { z } from 'zod';
import { MAX_FIELD_LENGTH, template } from '../../definition/fields.ts';
import { checkDatabase, databaseFields, databaseQueryTool } from '../../tools/database_query/definition.ts';
import { MAX_TOOL_TIMEOUT_MS } from '../../tools/setting-fields.ts';
import type { NodeDefinition } from '../node-type.ts';

const fields = z.strictObject({
  sql: z
    .string()
    .min(1, 'write the statement')
    .max(MAX_FIELD_LENGTH)
    // Data that becomes part of the statement could change what it does.
    .refine((sql) => !sql.includes('{{'), 'takes no {{ }}: put a placeholder here and the value into the parameters')
    .meta({
      title: 'SQL',
      description: 'One statement, with $1, $2 … (PostgreSQL) or ? (MySQL, SQLite) where a parameter goes.',
      widget: 'textarea',
      multiline: true,
      placeholder: 'SELECT id, total FROM orders WHERE customer = $1',
    }),
  params: z
    .array(z.strictObject({ value: template({ title: 'Value', multiline: false }).default('') }))
    .max(200)
    .default([])
    .meta({
      title: 'Parameters',
      description: 'Bound in this order by the database. A single {{ expression }} keeps its type.',
    }),
  ...databaseFields,
});
export const databaseConfig = fields.superRefine(checkDatabase);
export type DatabaseConfig = z.output<typeof databaseConfig>;

export const databaseDefinition: NodeDefinition<typeof databaseConfig> = {
  type: 'database',
  title: 'Database',
  summary: 'Asks a PostgreSQL, MySQL or SQLite database and hands on the rows.',
  aliases: ['sql', 'postgres', 'postgresql', 'mysql', 'mariadb', 'sqlite', 'query', 'table', 'select'],
  category: 'data',
  icon: 'Database',
  config: databaseConfig,
  defaults: { sql: 'SELECT 1 AS one', params: [], ...databaseQueryTool.defaults, file: 'data.sqlite' },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Rows' }],
  defaultTimeoutMs: MAX_TOOL_TIMEOUT_MS + 10_000,
};
