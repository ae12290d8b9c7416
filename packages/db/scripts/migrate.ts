// Brings the database that DATABASE_URL names up to this checkout, for deployments: run it before the apps start.
import { migrate } from '../src/migrate.ts';

const { DATABASE_URL } = process.env;
if (!DATABASE_URL) {
  console.error('DATABASE_URL is missing.');
  process.exit(1);
}
const applied = await migrate(DATABASE_URL, { onProgress: (message) => console.log(message) });
console.log(applied.length > 0 ? `Applied ${applied.length} migrations.` : 'The database is up to date.');
