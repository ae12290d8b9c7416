import type { Execute } from '../node-type.ts';
import type { OutputConfig } from './definition.ts';

export const executeOutput: Execute<OutputConfig> = async ({ config, evaluate }) => ({
  output: (await evaluate(config.value)) ?? null,
  ports: [],
});
