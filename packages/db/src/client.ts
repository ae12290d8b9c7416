import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { PrismaClient } from './generated/client.ts';
import { TUNABLES } from './tunables.ts';

export type Prisma = PrismaClient;
/** Also what a `$transaction` callback gets. */
export type PrismaTransaction = Omit<
  PrismaClient,
  '$connect' | '$disconnect' | '$on' | '$use' | '$extends' | '$transaction'
>;

export type CreatePrismaOptions = {
  databaseUrl: string;
  /** Connections of this process's pool. */
  max?: number;
  /** The longest statement, in ms. */
  statementTimeoutMs?: number;
  /**
   * Reads no table from end to end where there is an index. A prepared statement keeps its plan: one that was made while a table
   * was empty would go on reading all of it when it has millions of rows.
   */
  byIndex?: boolean;
  /** Told of connections that broke while idle; the pool replaces them. */
  onError?: (error: Error) => void;
};

export type PoolCounts = { total: number; idle: number; waiting: number };

const POOLS_KEY = Symbol.for('agentweaver.pools');
const poolHolder: typeof globalThis & { [POOLS_KEY]?: WeakMap<PrismaClient, pg.Pool> } = globalThis;
/** On `globalThis`: a client may be used in another bundle than the one that made it, with another copy of this module. */
poolHolder[POOLS_KEY] ??= new WeakMap();
const pools = poolHolder[POOLS_KEY];

/**
 * A client with a bounded pool: node-postgres by itself waits forever for a free connection, and an unhandled error of
 * an idle one ends the process. The server ends a statement that takes too long; a server that is frozen cannot, so callers
 * stop waiting a moment later by themselves. `$disconnect()` closes the pool.
 */
export const createPrisma = ({
  databaseUrl,
  max = TUNABLES.poolSize,
  statementTimeoutMs = TUNABLES.statementTimeoutMs,
  byIndex = false,
  onError,
}: CreatePrismaOptions): PrismaClient => {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max,
    connectionTimeoutMillis: TUNABLES.poolTimeoutMs,
    idleTimeoutMillis: TUNABLES.poolIdleMs,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + TUNABLES.answerSpareMs,
    // Of a process that is frozen: nobody waits for its locks for ever.
    idle_in_transaction_session_timeout: statementTimeoutMs,
    ...(byIndex ? { options: '-c enable_seqscan=off' } : {}),
    keepAlive: true,
    application_name: 'agentweaver',
  });
  pool.on('error', (error) => onError?.(error));
  const prisma = new PrismaClient({
    adapter: new PrismaPg(pool, { disposeExternalPool: true, onPoolError: (error) => onError?.(error) }),
    transactionOptions: { maxWait: TUNABLES.poolTimeoutMs, timeout: TUNABLES.transactionTimeoutMs },
  });
  pools.set(prisma, pool);
  return prisma;
};

/** The pool under a client, for statements that are not Prisma's. */
export const poolOf = (prisma: PrismaClient): pg.Pool => {
  const pool = pools.get(prisma);
  if (!pool) throw new Error('This client was not made by createPrisma.');
  return pool;
};

/** For gauges: connections in all, free ones, and callers waiting for one. */
export const poolCounts = (prisma: PrismaClient): PoolCounts => {
  const pool = pools.get(prisma);
  return { total: pool?.totalCount ?? 0, idle: pool?.idleCount ?? 0, waiting: pool?.waitingCount ?? 0 };
};

const GLOBAL_KEY = Symbol.for('agentweaver.prisma');
type GlobalWithPrisma = typeof globalThis & { [GLOBAL_KEY]?: PrismaClient };

/** The process's one client. On `globalThis`, because bundles and hot reload each have their own copy of this module. */
export const getPrisma = (options: CreatePrismaOptions): PrismaClient => {
  const holder: GlobalWithPrisma = globalThis;
  holder[GLOBAL_KEY] ??= createPrisma(options);
  return holder[GLOBAL_KEY];
};
