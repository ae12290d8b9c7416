// Writes a migration from the difference between the migrations so far and schema.prisma:
// `npm run migration -w @agentweaver/db -- <name>`. Read the SQL before you commit it.
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../src/embedded-postgres.ts';
import { MIGRATIONS_DIR, migrate } from '../src/migrate.ts';
import { diffToSchema } from './schema-diff.ts';

const name = process.argv[2];
if (!name || !/^[a-z][a-z0-9_]*$/.test(name)) {
  console.error('Usage: npm run migration -w @agentweaver/db -- <name_in_snake_case>');
  process.exit(1);
}

const scratch = await mkdtemp(path.join(tmpdir(), 'agentweaver-migration-'));
await chmod(scratch, 0o755);
const server = await startEmbeddedPostgres({ dataDir: scratch, temporary: true });
try {
  await migrate(server.databaseUrl);
  const sql = await diffToSchema(server.databaseUrl);
  if (sql === '') {
    console.log('The migrations already give what schema.prisma says.');
  } else {
    const stamp = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 14);
    const file = path.join(MIGRATIONS_DIR, `${stamp}_${name}`, 'migration.sql');
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, sql);
    console.log(`Wrote ${file}`);
  }
} finally {
  await server.stop();
}
