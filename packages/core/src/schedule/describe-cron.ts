import { CronExpressionParser } from 'cron-parser';

/** When on a day. Hours and minutes are plain numbers; texts are written `09:05`. */
export type CronTimes =
  | { kind: 'seconds'; every: number }
  | {
      kind: 'minutes';
      every: number /** Only from the first until the last of these hours. */;
      hours: [number, number] | null;
    }
  | { kind: 'hours'; every: number /** Past the hour. */; minutes: number[]; hours: [number, number] | null }
  | { kind: 'at'; times: string[] };

/** On which days; `null` for all. Months from 1, weekdays from 0 for Sunday. */
export type CronDays = {
  weekdays: number[] | null;
  monthDays: (number | 'last')[] | null;
  months: number[] | null;
};

export type CronWords = { times: CronTimes; days: CronDays };

/** More single times than these are a list that nobody reads. */
const MAX_TIMES = 8;
const MAX_MINUTES = 4;

/**
 * What an expression says, to be put into words of any language; `undefined` when it says more than these shapes can
 * hold, or is none. Never says anything that is not exactly so.
 */
export const describeCron = (cron: string): CronWords | undefined => {
  try {
    const { fields } = CronExpressionParser.parse(cron.trim());
    const numbers = (values: readonly (number | string)[]) => values.map(Number);
    const { dayOfWeek, dayOfMonth } = fields;
    // `5L` and `1#2`: the last or the second of a month; both kinds of days at once mean one or the other.
    if (dayOfWeek.hasLastChar || dayOfWeek.nthDay > 0) return undefined;
    if (!dayOfWeek.isWildcard && !dayOfMonth.isWildcard) return undefined;
    const times = readTimes(numbers(fields.second.values), numbers(fields.minute.values), numbers(fields.hour.values));
    if (!times) return undefined;
    const weekdays = [...new Set(numbers(dayOfWeek.values).map((day) => day % 7))].sort((a, b) => a - b);
    const monthDays = dayOfMonth.values.map((day) => (day === 'L' ? ('last' as const) : Number(day)));
    return {
      times,
      days: {
        weekdays: dayOfWeek.isWildcard || weekdays.length === 7 ? null : weekdays,
        monthDays: dayOfMonth.isWildcard ? null : monthDays,
        months: fields.month.values.length === 12 ? null : numbers(fields.month.values),
      },
    };
  } catch {
    return undefined;
  }
};

const readTimes = (seconds: number[], minutes: number[], hours: number[]): CronTimes | undefined => {
  if (seconds.length > 1) {
    const every = stepOf(seconds, 60);
    return every && minutes.length === 60 && hours.length === 24 ? { kind: 'seconds', every } : undefined;
  }
  if (seconds[0] !== 0) return undefined;
  const everyMinutes = stepOf(minutes, 60);
  if (everyMinutes) {
    const span = spanOf(hours);
    return span === undefined ? undefined : { kind: 'minutes', every: everyMinutes, hours: span };
  }
  if (minutes.length * hours.length <= MAX_TIMES && stepOf(hours, 24) === undefined) {
    return { kind: 'at', times: hours.flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`)) };
  }
  if (minutes.length > MAX_MINUTES) return undefined;
  const everyHours = stepOf(hours, 24);
  if (everyHours) return { kind: 'hours', every: everyHours, minutes, hours: null };
  const span = spanOf(hours);
  return span ? { kind: 'hours', every: 1, minutes, hours: span } : undefined;
};

const two = (value: number): string => String(value).padStart(2, '0');

/** `n` for 0, n, 2n … up to the end, when that comes out even: `*` + `/7` is not every seven minutes. */
const stepOf = (values: number[], size: number): number | undefined => {
  const step = size / values.length;
  if (values.length < 2 || !Number.isInteger(step)) return undefined;
  return values.every((value, index) => value === index * step) ? step : undefined;
};

/** First and last of hours that follow each other, `null` for all of them, `undefined` for others. */
const spanOf = (hours: number[]): [number, number] | null | undefined => {
  if (hours.length === 24) return null;
  const [first] = hours;
  const last = hours.at(-1);
  if (first === undefined || last === undefined || last - first !== hours.length - 1) return undefined;
  return [first, last];
};
