import type { ExecuteTool } from '../tool.ts';
import type { CurrentTimeInput, CurrentTimeSettings } from './definition.ts';

export const executeCurrentTime: ExecuteTool<CurrentTimeInput, CurrentTimeSettings> = async (
  input,
  { settings, host, nextCall },
) => describeTime(await host.timer.now(nextCall()), input.timezone ?? settings.timezone);

/** A moment as clocks in a time zone show it. */
export const describeTime = (unixMs: number, timezone: string) => {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    weekday: 'long',
    timeZoneName: 'longOffset',
  }).formatToParts(unixMs);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((one) => one.type === type)?.value ?? '';
  // `GMT` alone is +00:00.
  const offset = part('timeZoneName').replace('GMT', '') || '+00:00';
  const date = `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
  const time = `${part('hour')}:${part('minute')}:${part('second')}`;
  return { iso: `${date}T${time}${offset}`, date, time, weekday: part('weekday'), timezone, offset, unixMs };
};
