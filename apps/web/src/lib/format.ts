/** How numbers and times are written everywhere. Pure: the locale is always given; `null` and non-finite values are a dash. */

export const NONE = '–';

const formatters = new Map<string, Intl.NumberFormat>();
/** Intl formatters cost about 50 µs to make, and tables make thousands. */
const numberFormat = (locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat => {
  const key = locale + JSON.stringify(options);
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.NumberFormat(locale, options);
    formatters.set(key, formatter);
  }
  return formatter;
};

const isNumber = (value: number | null | undefined): value is number =>
  typeof value === 'number' && Number.isFinite(value);

const unit = (locale: string, name: string, value: number, digits = 0): string =>
  numberFormat(locale, {
    style: 'unit',
    unit: name,
    // Japanese writes `5 秒` in its short form and falls back to Latin letters in its narrow one.
    unitDisplay: locale.startsWith('ja') && name !== 'millisecond' ? 'short' : 'narrow',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(value);

/**
 * A span of time in ms: `340ms`, `4.2s`, `1m 5s`, `2h 3m`, `3d 4h`. Negative spans (clocks that disagree) are 0.
 */
export const formatDuration = (ms: number | null | undefined, locale: string): string => {
  if (!isNumber(ms)) return NONE;
  const span = Math.max(0, ms);
  if (span < 999.5) return unit(locale, 'millisecond', Math.round(span));
  // 59.95 s would be written as 60.0 s.
  if (span < 59_950) return unit(locale, 'second', span / 1_000, span < 9_950 ? 1 : 0).replace(/([.,]0)(?=\D|$)/, '');
  const seconds = Math.round(span / 1_000);
  const pair = (big: string, bigSize: number, small: string, smallSize: number): string => {
    const total = Math.floor(seconds / smallSize);
    const rest = total % (bigSize / smallSize);
    const head = unit(locale, big, Math.floor(total / (bigSize / smallSize)));
    return rest === 0 ? head : `${head} ${unit(locale, small, rest)}`;
  };
  if (seconds < 3_600) return pair('minute', 60, 'second', 1);
  if (seconds < 86_400) return pair('hour', 3_600, 'minute', 60);
  return pair('day', 86_400, 'hour', 3_600);
};

/**
 * US dollars. Model calls cost fractions of a cent, so small amounts keep two significant digits
 * (`$0.00042`) instead of turning into `$0.00`.
 */
export const formatCost = (usd: number | null | undefined, locale: string): string => {
  if (!isNumber(usd)) return NONE;
  const money = { style: 'currency', currency: 'USD', currencyDisplay: 'narrowSymbol' } as const;
  if (usd === 0) return numberFormat(locale, { ...money, maximumFractionDigits: 0 }).format(0);
  if (Math.abs(usd) < 0.00000001) return numberFormat(locale, { ...money, maximumFractionDigits: 0 }).format(0);
  if (Math.abs(usd) < 0.1) {
    return numberFormat(locale, { ...money, minimumSignificantDigits: 2, maximumSignificantDigits: 2 }).format(usd);
  }
  return numberFormat(locale, { ...money, minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(usd);
};

/** Token counts: exact up to 9,999, then compact (`12.3K`, `1.2万`). */
export const formatTokens = (tokens: number | null | undefined, locale: string): string => {
  if (!isNumber(tokens)) return NONE;
  if (Math.abs(tokens) < 10_000) return numberFormat(locale, { maximumFractionDigits: 0 }).format(tokens);
  return numberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(tokens);
};

export const formatInteger = (value: number | null | undefined, locale: string): string =>
  isNumber(value) ? numberFormat(locale, { maximumFractionDigits: 0 }).format(value) : NONE;

/** `ratio` 0.987 → `98.7%`. */
export const formatPercent = (ratio: number | null | undefined, locale: string): string =>
  isNumber(ratio) ? numberFormat(locale, { style: 'percent', maximumFractionDigits: 1 }).format(ratio) : NONE;

/** Size of a text or payload: `812B`, `3.4kB`, `1.2MB`. */
export const formatBytes = (bytes: number | null | undefined, locale: string): string => {
  if (!isNumber(bytes)) return NONE;
  const steps = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  let value = bytes;
  let step = 0;
  while (value >= 999.5 && step < steps.length - 1) {
    value /= 1_000;
    step += 1;
  }
  return numberFormat(locale, {
    style: 'unit',
    unit: steps[step] ?? 'byte',
    unitDisplay: 'narrow',
    maximumFractionDigits: step === 0 || value >= 99.95 ? 0 : 1,
  }).format(value);
};

const RELATIVE_STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
];

/** `now`, `3 minutes ago`, `yesterday`; a date once it is a week or more away. */
export const formatRelativeTime = (
  date: Date | null | undefined,
  now: Date,
  locale: string,
  timeZone?: string,
): string => {
  if (!date) return NONE;
  const span = date.getTime() - now.getTime();
  if (Math.abs(span) >= 7 * 86_400_000) return formatDate(date, locale, timeZone);
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  // Clocks of browser and server differ by a little: a few seconds either way are `now`.
  if (Math.abs(span) < 5_000) return relative.format(0, 'second');
  const [name, size] = RELATIVE_STEPS.find(([, ms]) => Math.abs(span) >= ms) ?? ['second', 1_000];
  return relative.format(Math.trunc(span / size), name);
};

/** When something is going to happen: `in 3 minutes`, then the weekday, day and time: `tomorrow` may be any time of it. */
export const formatUpcoming = (date: Date | null | undefined, now: Date, locale: string, timeZone?: string): string => {
  if (!date) return NONE;
  if (date.getTime() - now.getTime() < 3_600_000) return formatRelativeTime(date, now, locale, timeZone);
  const near = date.getTime() - now.getTime() < 300 * 86_400_000;
  return new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    year: near ? undefined : 'numeric',
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone,
  }).format(date);
};

/** A day: `Nov 3, 2026`, `2026年11月3日`. */
export const formatDate = (date: Date | null | undefined, locale: string, timeZone?: string): string =>
  date ? new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone }).format(date) : NONE;

/** A moment in full, with seconds: tooltips and details. */
export const formatDateTime = (date: Date | null | undefined, locale: string, timeZone?: string): string =>
  date ? new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', timeZone }).format(date) : NONE;

/** The time of a log line, to the millisecond: `14:03:22.184`. */
export const formatClock = (date: Date | null | undefined, timeZone?: string): string =>
  date
    ? new Intl.DateTimeFormat('en-GB', {
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        fractionalSecondDigits: 3,
        timeZone,
      }).format(date)
    : NONE;
