import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import type { NodeDefinition } from '../node-type.ts';

export const currentTimeConfig = z.strictObject({
  timezone: template({
    title: 'Time zone',
    description: 'Such as Asia/Tokyo, Europe/Berlin or UTC.',
    multiline: false,
    placeholder: 'Asia/Tokyo',
  }).default('UTC'),
});
export type CurrentTimeConfig = z.output<typeof currentTimeConfig>;

export const currentTimeDefinition: NodeDefinition<typeof currentTimeConfig> = {
  type: 'current_time',
  title: 'Current Time',
  summary: 'Hands on the date, time and weekday in a time zone.',
  aliases: ['now', 'date', 'today', 'clock', 'timestamp', 'weekday'],
  category: 'data',
  icon: 'Clock',
  config: currentTimeConfig,
  defaults: { timezone: 'UTC' },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Time' }],
  defaultTimeoutMs: 30_000,
};
