import { freemem, loadavg } from 'node:os';
import type { SandboxHost } from '../sandbox.ts';
import type { PoolSituation } from './pool-policy.ts';

/** The kernel updates the load every 5 s, and what is free is no matter of milliseconds. */
const READ_EVERY_MS = 500;

/**
 * How much room the machine of the sandboxes has now; nothing when it is another one. The executor itself may be in a
 * container with limits: the sandboxes are not in it, and these figures are the machine's also there.
 */
export const createHostLoad = (host: SandboxHost | undefined): (() => Pick<PoolSituation, 'host'>) => {
  if (!host?.local) return () => ({});
  let known: Pick<PoolSituation, 'host'> = {};
  let readAt = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - readAt > READ_EVERY_MS) {
      readAt = performance.now();
      const load = loadavg()[0] ?? 0;
      known = { host: { freeBytes: freemem(), totalBytes: host.memoryBytes, load, cores: host.cores } };
    }
    return known;
  };
};
