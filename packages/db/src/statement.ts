import { type PrismaTransaction, poolOf } from './client.ts';
import type { PrismaClient } from './generated/client.ts';

/** SQL that every execution passes through, written by hand so that it is one round trip. `name`: it is prepared once per connection. */
export type Statement = { name: string; text: string };

export type RunStatement = <Row>(statement: Statement, values: readonly unknown[]) => Promise<Row[]>;

/** Commits by itself. */
export const onPool =
  (prisma: PrismaClient): RunStatement =>
  async <Row>(statement: Statement, values: readonly unknown[]) => {
    const { rows } = await poolOf(prisma).query({ ...statement, values: [...values] });
    return rows as Row[];
  };

/** Part of the caller's transaction. */
export const inTransaction =
  (tx: PrismaTransaction): RunStatement =>
  <Row>({ text }: Statement, values: readonly unknown[]) =>
    tx.$queryRawUnsafe<Row[]>(text, ...values);
