import type { PrismaClient } from './generated/client.ts';

/** For programs that are bundled and do not have the folder of the migrations; a test holds it against that folder. */
export const NEWEST_MIGRATION = '20261121121838_scale';

/** Whether the database has every migration of this checkout. Rejects when it does not answer. */
export const hasNewestMigration = async (prisma: PrismaClient): Promise<boolean> => {
  const [table] = await prisma.$queryRaw<{ found: boolean }[]>`
    SELECT to_regclass('_prisma_migrations') IS NOT NULL AS found`;
  if (!table?.found) return false;
  const applied = await prisma.$queryRaw<unknown[]>`
    SELECT 1 FROM _prisma_migrations
    WHERE migration_name = ${NEWEST_MIGRATION} AND finished_at IS NOT NULL AND rolled_back_at IS NULL`;
  return applied.length > 0;
};
