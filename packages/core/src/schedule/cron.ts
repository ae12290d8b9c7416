import { type CronExpression, CronExpressionParser } from 'cron-parser';

/**
 * Times of a cron expression in an IANA time zone. A time that daylight saving skips is taken at the same distance after
 * midnight (02:30 becomes 03:30); one that comes twice is taken once, but what repeats within the hour, or every hour,
 * goes on through both.
 */

export const MAX_CRON_LENGTH = 120;

export type CronProblem = 'fields' | 'expression' | 'timezone' | 'never';

export type ScheduleTimes = { cron: string; timezone: string };

/** Whether the runtime knows this time zone by its IANA name; an offset such as `+09:00` is none. */
export const isTimezone = (timezone: string): boolean => {
  if (!/^[A-Za-z]/.test(timezone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return true;
  } catch {
    return false;
  }
};

/** The times after `from`, at most `count`. Throws for an expression or a time zone that `cronProblem` would name. */
export const nextTimes = (
  { cron, timezone }: ScheduleTimes,
  { from, count }: { from: Date; count: number },
): Date[] => {
  const expression = parse({ cron, timezone }, from);
  return expression.take(count).map((time) => time.toDate());
};

/** The first time after `from`; `null` when none comes any more. */
export const nextTime = (times: ScheduleTimes, from: Date): Date | null => {
  try {
    return nextTimes(times, { from, count: 1 })[0] ?? null;
  } catch {
    return null;
  }
};

/** What is wrong with an expression or its time zone; nothing: `undefined`. */
export const cronProblem = ({ cron, timezone }: ScheduleTimes, from: Date): CronProblem | undefined => {
  if (!isTimezone(timezone)) return 'timezone';
  const fields = cron.trim().split(/\s+/);
  if (cron.length > MAX_CRON_LENGTH || fields.length < 5 || fields.length > 6) return 'fields';
  // `H` would be another minute at every reading.
  if (/\bH\b/i.test(cron)) return 'expression';
  let expression: CronExpression;
  try {
    expression = parse({ cron, timezone }, from);
  } catch {
    return 'expression';
  }
  try {
    expression.next();
    return undefined;
  } catch {
    return 'never';
  }
};

const parse = ({ cron, timezone }: ScheduleTimes, from: Date): CronExpression =>
  CronExpressionParser.parse(cron.trim(), { tz: timezone, currentDate: from });
