import dayjs from 'dayjs';

export const PERIODS = ['24h', '7d', '30d', '90d', 'custom'] as const;
export type Period = (typeof PERIODS)[number];

export type DateRange = { from: Date; to: Date };

const DAYS: Record<Exclude<Period, '24h' | 'custom'>, number> = { '7d': 7, '30d': 30, '90d': 90 };

/**
 * The time that a period covers, in whole hours or days of the viewer, today included. `to` is exclusive and lies at the
 * end of the present hour or day, so that the range stays the same while the viewer looks.
 */
export const rangeOf = (period: Period, now: Date, custom: { from: Date | null; to: Date | null }): DateRange => {
  const today = dayjs(now);
  if (period === '24h') {
    const to = today.startOf('hour').add(1, 'hour');
    return { from: to.subtract(24, 'hour').toDate(), to: to.toDate() };
  }
  const tomorrow = today.startOf('day').add(1, 'day');
  if (period === 'custom') {
    const to = custom.to ?? tomorrow.toDate();
    const from = custom.from ?? dayjs(to).subtract(7, 'day').toDate();
    return from < to ? { from, to } : { from: to, to: from };
  }
  return { from: tomorrow.subtract(DAYS[period], 'day').toDate(), to: tomorrow.toDate() };
};
