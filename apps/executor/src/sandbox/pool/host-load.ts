import { freemem, loadavg } from 'node:os';
import type { SandboxHost } from '../sandbox.ts';
import type { PoolSituation } from './pool-policy.ts';

/** How much room the machine of the sandboxes has now; unknown when it is another one. */
export const readHostLoad = (host: SandboxHost | undefined): PoolSituation['host'] => {
  if (!host?.local) return undefined;
  // The executor itself may be in a container with a limit; the sandboxes are not in it.
  return { freeBytes: freemem(), totalBytes: host.memoryBytes, load: loadavg()[0] ?? 0, cores: host.cores };
};
