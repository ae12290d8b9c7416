import { createPrisma } from '@agentweaver/db/client';
import { isMigrated, migrate } from '@agentweaver/db/migrate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { diffToSchema } from '../../packages/db/scripts/schema-diff.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';

describe('migrations', () => {
  let empty: TestDatabase;
  beforeAll(async () => {
    empty = await createTestDatabase({ empty: true });
  });
  afterAll(() => empty.drop());

  it('are applied once when several processes start together', async () => {
    expect(await isMigrated(empty.databaseUrl)).toBe(false);
    const applied = await Promise.all([1, 2, 3].map(() => migrate(empty.databaseUrl)));
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    expect(await isMigrated(empty.databaseUrl)).toBe(true);
  });

  it('give exactly what schema.prisma says', async () => {
    expect(await diffToSchema(empty.databaseUrl)).toBe('');
  });

  it('show a difference when the database has drifted', async () => {
    const drifted = await createTestDatabase();
    const prisma = createPrisma({ databaseUrl: drifted.databaseUrl });
    await prisma.$executeRaw`ALTER TABLE workspaces DROP COLUMN max_memory_mb`;
    await prisma.$disconnect();
    expect(await diffToSchema(drifted.databaseUrl)).toContain('ADD COLUMN     "max_memory_mb"');
    await drifted.drop();
  });

  it('refuse a database from a newer version', async () => {
    const newer = await createTestDatabase();
    const prisma = createPrisma({ databaseUrl: newer.databaseUrl });
    await prisma.$executeRaw`
      INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '29990101000000_x', now())`;
    await prisma.$disconnect();
    await expect(migrate(newer.databaseUrl)).rejects.toThrow('Update AgentWeaver');
    await newer.drop();
  });
});
