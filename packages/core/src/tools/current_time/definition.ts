import { z } from 'zod';
import type { ToolDefinition } from '../tool.ts';

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
};

export const timezoneSchema = z
  .string()
  .max(100)
  .refine(isTimeZone, 'must be a time zone such as Europe/Berlin, Asia/Tokyo or UTC');

export const currentTimeSettings = z.strictObject({
  timezone: timezoneSchema.default('UTC').meta({
    title: 'Time zone',
    description: 'Used unless another one is asked for, such as Asia/Tokyo.',
    placeholder: 'Asia/Tokyo',
  }),
});
export type CurrentTimeSettings = z.output<typeof currentTimeSettings>;

export const currentTimeInput = z.strictObject({
  timezone: timezoneSchema.optional().meta({ description: 'Such as Asia/Tokyo. Absent: the author’s.' }),
});
export type CurrentTimeInput = z.output<typeof currentTimeInput>;

export const currentTimeTool: ToolDefinition<typeof currentTimeInput, typeof currentTimeSettings> = {
  name: 'current_time',
  title: 'Current time',
  description: 'Gives the present date, time and weekday in a time zone.',
  icon: 'Clock',
  input: currentTimeInput,
  settings: currentTimeSettings,
  defaults: { timezone: 'UTC' },
  touches: ['nothing'],
  isRepeatable: () => true,
  tell: ({ timezone }) => `Without a time zone: ${timezone}.`,
};
