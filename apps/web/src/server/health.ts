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

/** For load balancers: `ok` when this process can serve, with the parts that it needs. */
export const checkHealth = async (): Promise<{
  status: 'ok' | 'unavailable';
  database: 'ok' | 'down';
  queue: 'ok' | 'down';
}> => {
  const [database, queue] = await Promise.all([checkDatabase(), checkQueue()]);
  const status = database.state === 'ok' && queue.state === 'ok' ? 'ok' : 'unavailable';
  return { status, database: database.state, queue: queue.state };
};
