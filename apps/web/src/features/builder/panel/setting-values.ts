import { type WorkflowSettings, workflowSettingsSchema } from '@agentweaver/core/definition/workflow-definition';
import type { z } from 'zod';

/** The settings that are one number each. */
export type SettingName = Exclude<keyof WorkflowSettings, 'budget'>;

/** `range`: not a value that a definition may have. `plan`: more than the workspace's plan allows. */
export type SettingProblem = 'range' | 'plan';

type Range = { min: number; max: number };

const { shape } = workflowSettingsSchema;
const rangeOf = ({ minValue, maxValue }: z.ZodNumber): Range => ({ min: minValue ?? 0, max: maxValue ?? Infinity });

/** Times in ms, memory in MiB. */
export const SETTING_RANGES: Record<SettingName, Range> = {
  timeoutMs: rangeOf(shape.timeoutMs.unwrap()),
  maxParallel: rangeOf(shape.maxParallel.unwrap()),
  memoryMb: rangeOf(shape.memoryMb.unwrap()),
};

/** What is wrong with a value. `planMemoryMb` is unknown until the server has said it. */
export const checkSetting = (
  name: SettingName,
  value: number | undefined,
  planMemoryMb: number | undefined,
): SettingProblem | undefined => {
  if (value === undefined || !shape[name].safeParse(value).success) return 'range';
  return name === 'memoryMb' && planMemoryMb !== undefined && value > planMemoryMb ? 'plan' : undefined;
};

/** What a number field holds while somebody types: `''`, a number, or text such as `1.` on its way to one. */
export type NumberText = number | string;

/** `undefined` for an empty field, NaN for what is no number. */
export const toNumber = (text: NumberText): number | undefined => (text === '' ? undefined : Number(text));

const MS_PER_UNIT = { seconds: 1_000, minutes: 60_000, hours: 3_600_000 } as const;
export type DurationUnit = keyof typeof MS_PER_UNIT;
export const DURATION_UNITS: readonly DurationUnit[] = ['seconds', 'minutes', 'hours'];

export type Duration = { amount: NumberText; unit: DurationUnit };

/** In the largest unit that needs no fraction, or else in seconds. */
export const toDuration = (ms: number): Duration => {
  const unit = (['hours', 'minutes'] as const).find((one) => ms !== 0 && ms % MS_PER_UNIT[one] === 0) ?? 'seconds';
  return { amount: ms / MS_PER_UNIT[unit], unit };
};

export const toMs = ({ amount, unit }: Duration): number | undefined => {
  const count = toNumber(amount);
  return count === undefined ? undefined : Math.round(count * MS_PER_UNIT[unit]);
};
