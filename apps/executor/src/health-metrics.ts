import type { PoolCounts } from '@agentweaver/db/client';
import { Gauge, type Registry } from 'prom-client';
import type { PartStates } from './readiness.ts';

/** What `/ready` says, for alerts, and whether the connections to PostgreSQL are enough. Asked at each scrape. */
export const createHealthMetrics = ({
  registry,
  readParts,
  pool,
}: {
  registry: Registry;
  readParts: () => Promise<PartStates>;
  pool: () => PoolCounts;
}): void => {
  const registers = [registry];
  new Gauge({
    name: 'agentweaver_part_ready',
    help: 'Whether a part that executions need is there: 1, or 0 while it is missing.',
    labelNames: ['part'],
    registers,
    async collect() {
      const { parts } = await readParts();
      for (const [part, state] of Object.entries(parts)) this.set({ part }, state === 'ok' ? 1 : 0);
    },
  });
  new Gauge({
    name: 'agentweaver_database_connections',
    help: 'Connections of this process to PostgreSQL, by state; waiting: callers that wait for a free one.',
    labelNames: ['state'],
    registers,
    collect() {
      const { total, idle, waiting } = pool();
      for (const [state, count] of Object.entries({ busy: total - idle, idle, waiting })) this.set({ state }, count);
    },
  });
};
