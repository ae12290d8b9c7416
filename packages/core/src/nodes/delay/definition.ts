import { z } from 'zod';
import type { NodeDefinition } from '../node-type.ts';

/** Seven days: timers of a process end at 24. */
const MAX_SECONDS = 604_800;

export const delayConfig = z.strictObject({
  seconds: z.number().min(0).max(MAX_SECONDS).default(1).meta({
    title: 'Seconds',
    description: 'How long to wait, up to seven days. Long waits take up nothing.',
  }),
});
export type DelayConfig = z.output<typeof delayConfig>;

export const delayDefinition: NodeDefinition<typeof delayConfig> = {
  type: 'delay',
  title: 'Delay',
  summary: 'Waits, then hands on what came in.',
  aliases: ['wait', 'sleep', 'pause', 'timer', 'throttle'],
  category: 'flow',
  icon: 'Hourglass',
  config: delayConfig,
  defaults: { seconds: 1 },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Output' }],
  defaultTimeoutMs: (MAX_SECONDS + 60) * 1_000,
};
