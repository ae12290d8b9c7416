import { hasNewestMigration } from '@agentweaver/db/newest-migration';
import { log } from './log.ts';
import { getServices } from './services.ts';

/** The longest wait for one part, in ms. */
const CHECK_TIMEOUT_MS = 3_000;

const within = async <T>(work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
};

export type QueueHealth = { state: 'ok'; waiting: number; active: number } | { state: 'down' };
export type DatabaseHealth = { state: 'ok'; version: string } | { state: 'down' };

export const checkDatabase = async (): Promise<DatabaseHealth> => {
  try {
    const [row] = await within(
      getServices().prisma.$queryRaw<{ version: string }[]>`select current_setting('server_version') as version`,
    );
    return { state: 'ok', version: row?.version.split(' ')[0] ?? '' };
  } catch (error) {
    log.warn({ err: error instanceof Error ? error.message : error }, 'the database does not answer');
    return { state: 'down' };
  }
};

export const checkQueue = async (): Promise<QueueHealth> => {
  try {
    const { waiting, active } = await within(getServices().queue.counts());
    return { state: 'ok', waiting, active };
  } catch (error) {
    log.warn({ err: error instanceof Error ? error.message : error }, 'the queue does not answer');
    return { state: 'down' };
  }
};

let migrated = false;

/** Whether this version can work with the database as it is. */
const checkMigrations = async (): Promise<'ok' | 'missing'> => {
  try {
    // Nobody takes migrations back.
    migrated ||= await within(hasNewestMigration(getServices().prisma));
  } catch {
    // That the database does not answer is said elsewhere.
  }
  return migrated ? 'ok' : 'missing';
};

export type Readiness = {
  status: 'ok' | 'unavailable';
  database: 'ok' | 'down';
  migrations: 'ok' | 'missing';
  queue: 'ok' | 'down';
};

/** For load balancers: `ok` when this process can serve, with the parts that it needs. */
export const checkReadiness = async (): Promise<Readiness> => {
  const [database, migrations, queue] = await Promise.all([checkDatabase(), checkMigrations(), checkQueue()]);
  const ready = database.state === 'ok' && migrations === 'ok' && queue.state === 'ok';
  return { status: ready ? 'ok' : 'unavailable', database: database.state, migrations, queue: queue.state };
};
