'use client';

import { useLocale } from 'next-intl';
import { useMemo } from 'react';
import {
  formatBytes,
  formatCost,
  formatDate,
  formatDateTime,
  formatDuration,
  formatInteger,
  formatPercent,
  formatRelativeTime,
  formatTokens,
  formatUpcoming,
} from './format.ts';

type Value = number | null | undefined;
type Moment = Date | null | undefined;

/** The formatters of `format.ts`, bound to the viewer's language. */
export const useFormat = () => {
  const locale = useLocale();
  return useMemo(
    () => ({
      duration: (ms: Value) => formatDuration(ms, locale),
      cost: (usd: Value) => formatCost(usd, locale),
      tokens: (tokens: Value) => formatTokens(tokens, locale),
      integer: (value: Value) => formatInteger(value, locale),
      percent: (ratio: Value) => formatPercent(ratio, locale),
      bytes: (bytes: Value) => formatBytes(bytes, locale),
      relativeTime: (date: Moment, now: Date) => formatRelativeTime(date, now, locale),
      upcoming: (date: Moment, now: Date) => formatUpcoming(date, now, locale),
      date: (date: Moment) => formatDate(date, locale),
      dateTime: (date: Moment) => formatDateTime(date, locale),
    }),
    [locale],
  );
};
