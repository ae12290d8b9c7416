import type { Execute } from '../node-type.ts';
import type { CodeConfig } from './definition.ts';

export const executeCode: Execute<CodeConfig> = async (context) => {
  const { config, input, previous, steps, item, index, feedback, host, nextCall, log } = context;
  const output = await host.code.run(
    {
      source: config.source,
      // In JSON, what a step does not have is left out.
      variables: { input, previous, steps, item, index, feedback },
      timeoutMs: config.timeoutMs,
      memoryMb: config.memoryMb,
      onLog: log,
    },
    nextCall(),
  );
  return { output: output ?? null };
};
