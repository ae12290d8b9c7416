import type { CronDays, CronTimes, CronWords } from '@agentweaver/core/schedule/describe-cron';

/** A Sunday in January. */
const SUNDAY = Date.UTC(2023, 0, 1);
const DAY_MS = 86_400_000;
const WORKDAYS = '1,2,3,4,5';

/** Of the messages below `triggers.words`. */
type Translate = (key: string, values?: Record<string, string | number>) => string;

/** In words of a language when a schedule comes. */
export const cronText = (words: CronWords, { t, locale }: { t: Translate; locale: string }): string => {
  const list = (parts: string[]) => new Intl.ListFormat(locale, { type: 'conjunction' }).format(parts);
  const named = (options: Intl.DateTimeFormatOptions, time: number) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(time);
  const hour = (value: number, minute = '00') => `${String(value).padStart(2, '0')}:${minute}`;
  const within = (text: string, hours: [number, number] | null, lastMinute: string) =>
    hours ? t('between', { what: text, from: hour(hours[0]), to: hour(hours[1], lastMinute) }) : text;

  const ofTimes = (times: CronTimes): string => {
    switch (times.kind) {
      case 'seconds':
        return t('seconds', { count: times.every });
      case 'minutes':
        return within(t('minutes', { count: times.every }), times.hours, '59');
      case 'hours': {
        const [minute = 0] = times.minutes;
        const plain = times.minutes.length === 1 && minute === 0;
        const every = t('hours', { count: times.every });
        const text = plain ? every : t('past', { every, minutes: list(times.minutes.map(String)) });
        return within(text, times.hours, String(times.minutes.at(-1)).padStart(2, '0'));
      }
      case 'at':
        return t('at', { times: list(times.times) });
    }
  };
  const ofDays = ({ weekdays, monthDays, months }: CronDays): string | null => {
    const monthNames = months && list(months.map((month) => named({ month: 'long' }, Date.UTC(2023, month - 1, 1))));
    const days = monthDays && list(monthDays.map((day) => (day === 'last' ? t('lastDay') : t('day', { day }))));
    if (days) return monthNames ? t('daysOfMonths', { days, months: monthNames }) : t('daysOfMonth', { days });
    // Sunday ends a weekend.
    const ordered = weekdays?.toSorted((a, b) => (a || 7) - (b || 7)) ?? null;
    const week = ordered && list(ordered.map((day) => named({ weekday: 'long' }, SUNDAY + day * DAY_MS)));
    const text = week && (ordered.join() === WORKDAYS ? t('workdays') : t('weekdays', { days: week }));
    if (monthNames)
      return text ? t('inMonths', { days: text, months: monthNames }) : t('months', { months: monthNames });
    return text;
  };
  const [times, days] = [ofTimes(words.times), ofDays(words.days)];
  if (days) return t('together', { days, times });
  return words.times.kind === 'at' ? t('together', { days: t('everyDay'), times }) : capital(times);
};

/** It stands as a sentence of its own. */
const capital = (text: string): string => text.charAt(0).toLocaleUpperCase() + text.slice(1);
