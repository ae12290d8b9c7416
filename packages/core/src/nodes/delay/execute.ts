import type { Execute } from '../node-type.ts';
import type { DelayConfig } from './definition.ts';

export const executeDelay: Execute<DelayConfig> = async ({ config, previous, host, signal }) => {
  await host.clock.sleep(config.seconds * 1_000, signal);
  return { output: previous ?? null };
};
