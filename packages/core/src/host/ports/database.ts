import { z } from 'zod';

export const MAX_ROWS = 10_000;

export const databaseQuerySchema = z.object({
  /** The name of a credential of the kind `database`. Absent: the SQLite file `file` of the execution's files. */
  credential: z.string().max(120).optional(),
  file: z.string().max(500).optional(),
  sql: z.string().min(1).max(100_000),
  /** Bound by the driver, never put into the text. `$1`, `$2` … for PostgreSQL, `?` for MySQL and SQLite. */
  params: z
    .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
    .max(1_000)
    .default([]),
  /** `true`: the database itself refuses writes. */
  readOnly: z.boolean().default(true),
  maxRows: z.int().min(1).max(MAX_ROWS).default(1_000),
  timeoutMs: z.int().min(100).max(300_000).default(30_000),
});
export const databaseResultSchema = z.object({
  columns: z.array(z.string()),
  rows: z.array(z.record(z.string(), z.unknown())),
  /** Rows returned, or changed by a write. */
  rowCount: z.int(),
  /** There were more than `maxRows`. */
  truncated: z.boolean(),
});

export type DatabasePort<Call> = {
  /** Rejects with `database_failed`. */
  query(request: z.input<typeof databaseQuerySchema>, call: Call): Promise<z.output<typeof databaseResultSchema>>;
};
