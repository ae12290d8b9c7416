import { z } from 'zod';
import { credentialField } from '../setting-fields.ts';
import type { ToolDefinition } from '../tool.ts';

const MAX_TIMEOUT_MS = 300_000;

/** What the node and the tool set alike. */
export const databaseFields = {
  credential: credentialField('Names a PostgreSQL or MySQL database. Empty: a SQLite file of this execution.'),
  file: z.string().max(500).default('').meta({
    title: 'SQLite file',
    description: 'Used without a credential: a file that an earlier step wrote.',
    placeholder: 'data/orders.sqlite',
  }),
  allowWrites: z.boolean().default(false).meta({
    title: 'Allow writes',
    description: 'Off: the database itself refuses everything but reading.',
  }),
  maxRows: z.int().min(1).max(10_000).default(100).meta({
    title: 'Rows',
    description: 'How many rows to give at most; the answer says when there were more.',
  }),
  timeoutMs: z.int().min(100).max(MAX_TIMEOUT_MS).default(30_000).meta({
    title: 'Timeout',
    description: 'How long the query may take, in milliseconds.',
  }),
};

const databaseSettingsFields = z.strictObject(databaseFields);
export type DatabaseSettings = z.output<typeof databaseSettingsFields>;

/** There is a database to ask. */
export const checkDatabase = (
  { credential, file }: Pick<DatabaseSettings, 'credential' | 'file'>,
  check: { addIssue: (issue: { code: 'custom'; path: string[]; message: string }) => void },
): void => {
  if (credential.trim() !== '' || file.trim() !== '') return;
  check.addIssue({ code: 'custom', path: ['credential'], message: 'is missing: name a database, or a SQLite file' });
};

export const databaseSettings = databaseSettingsFields.superRefine(checkDatabase);

export const databaseInput = z.strictObject({
  sql: z.string().trim().min(1).max(100_000).meta({
    description: 'One SQL statement. Values stand in params: $1, $2 … for PostgreSQL, ? for MySQL and SQLite.',
  }),
  params: z
    .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .max(1_000)
    .default([])
    .meta({ description: 'The values of the placeholders, in order.' }),
});
export type DatabaseInput = z.output<typeof databaseInput>;

export const databaseQueryTool: ToolDefinition<typeof databaseInput, typeof databaseSettings> = {
  name: 'database_query',
  title: 'Database',
  description:
    'Runs one SQL statement and gives columns and rows. Look at the tables first (information_schema, or sqlite_master) if you do not know them.',
  icon: 'Database',
  input: databaseInput,
  settings: databaseSettings,
  defaults: { credential: '', file: '', allowWrites: false, maxRows: 100, timeoutMs: 30_000 },
  touches: ['database'],
  isRepeatable: (_input, { allowWrites }) => !allowWrites,
  tell: ({ credential, file, allowWrites, maxRows }) =>
    `Database: ${credential || file}. ${allowWrites ? '' : 'Only reading. '}At most ${maxRows} rows.`,
};
