import type { Execute } from '../node-type.ts';
import type { DelayConfig } from './definition.ts';

export const executeDelay: Execute<DelayConfig> = async ({ config, previous, host, nextCall }) => {
  await host.timer.wait({ ms: config.seconds * 1_000 }, nextCall());
  return { output: previous ?? null };
};
