import { z } from 'zod';
import { MAX_FIELD_LENGTH } from '../../definition/fields.ts';
import type { NodeDefinition } from '../node-type.ts';

const MAX_TIMEOUT_MS = 300_000;
/** What a Code node may use unless it says otherwise, in MiB. */
export const DEFAULT_CODE_MEMORY_MB = 128;

const EXAMPLE_SOURCE = `// input: the workflow's input. previous: what came in. steps: earlier results, e.g. steps.agent.output
const text = typeof previous === 'string' ? previous : JSON.stringify(previous);
console.log('characters:', text.length);

return { text, words: text.split(/\\s+/).filter(Boolean).length };
`;

export const codeConfig = z.strictObject({
  source: z.string().max(MAX_FIELD_LENGTH).default(EXAMPLE_SOURCE).meta({
    title: 'JavaScript',
    description: 'The body of an async function of input, previous and steps. Return any JSON value.',
    widget: 'code',
    multiline: true,
  }),
  memoryMb: z.int().min(16).max(1_024).default(DEFAULT_CODE_MEMORY_MB).meta({
    title: 'Memory',
    description: 'The most memory the code may use, in MiB.',
  }),
  timeoutMs: z.int().min(100).max(MAX_TIMEOUT_MS).default(10_000).meta({
    title: 'Timeout',
    description: 'How long the code may run, in milliseconds.',
  }),
});
export type CodeConfig = z.output<typeof codeConfig>;

export const codeDefinition: NodeDefinition<typeof codeConfig> = {
  type: 'code',
  title: 'Code',
  summary: 'Runs your JavaScript, shut off from network and files.',
  aliases: ['javascript', 'js', 'script', 'function', 'program', 'custom'],
  category: 'tools',
  icon: 'Code',
  config: codeConfig,
  defaults: { source: EXAMPLE_SOURCE, memoryMb: DEFAULT_CODE_MEMORY_MB, timeoutMs: 10_000 },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Output' }],
  // The config's own timeout limits the code; this only has to be longer.
  defaultTimeoutMs: MAX_TIMEOUT_MS + 10_000,
};
