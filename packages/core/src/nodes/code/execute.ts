import type { Execute } from '../node-type.ts';
import type { CodeConfig } from './definition.ts';

export const executeCode: Execute<CodeConfig> = async ({ config, input, previous, steps, host, nextCall, log }) => {
  const output = await host.code.run(
    {
      source: config.source,
      variables: { input, previous, steps },
      timeoutMs: config.timeoutMs,
      memoryMb: config.memoryMb,
      onLog: log,
    },
    nextCall(),
  );
  return { output: output ?? null };
};
