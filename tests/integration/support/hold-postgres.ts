// Run as a process of its own: starts or joins the server on a data folder, prints its address, and stays.
import { startEmbeddedPostgres } from '@agentweaver/db/embedded-postgres';

const dataDir = process.argv[2];
if (!dataDir) throw new Error('Usage: hold-postgres.ts <data folder>');
const { databaseUrl } = await startEmbeddedPostgres({ dataDir });
console.log(databaseUrl);
