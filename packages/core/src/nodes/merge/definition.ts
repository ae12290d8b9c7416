import { z } from 'zod';
import type { NodeDefinition } from '../node-type.ts';

const EARLY: readonly string[] = ['any', 'first'];

export const mergeConfig = z.strictObject({
  mode: z.enum(['all', 'any', 'first']).default('all').meta({
    title: 'Goes on',
    description: 'all: when every branch has ended. first: with the first result. any: with as many as you say.',
  }),
  count: z
    .int()
    .min(1)
    .max(100)
    .default(2)
    .meta({
      title: 'Results',
      description: 'How many branches have to arrive.',
      visibleWhen: { field: 'mode', equals: 'any' },
    }),
  cancelOthers: z
    .boolean()
    .default(false)
    .meta({
      title: 'Cancel the others',
      description: 'Ends what still runs only for this node. Off: it runs to its end, unheeded.',
      visibleWhen: { field: 'mode', equals: EARLY },
    }),
});
export type MergeConfig = z.output<typeof mergeConfig>;

export const mergeDefinition: NodeDefinition<typeof mergeConfig> = {
  type: 'merge',
  title: 'Merge',
  summary: 'Waits for all branches, for some of them, or for the first.',
  aliases: ['join', 'wait for all', 'race', 'first', 'combine', 'gather', 'sync'],
  category: 'flow',
  icon: 'GitMerge',
  config: mergeConfig,
  defaults: { mode: 'all', count: 2, cancelOthers: false },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Output' }],
  defaultTimeoutMs: 30_000,
  onlyEvaluates: true,
  startsAfter: ({ mode, count }) => (mode === 'all' ? 'all' : mode === 'first' ? 1 : count),
  cancelsOthers: ({ mode, cancelOthers }) => mode !== 'all' && cancelOthers,
};
