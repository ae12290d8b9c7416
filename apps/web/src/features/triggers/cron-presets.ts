/** What most schedules are; the form offers them by these names. */
export const CRON_PRESETS = {
  quarterHour: '*/15 * * * *',
  hourly: '0 * * * *',
  daily: '0 9 * * *',
  weekdays: '0 9 * * 1-5',
  weekly: '0 9 * * 1',
  monthly: '0 9 1 * *',
} as const;

export type CronPreset = keyof typeof CRON_PRESETS;

export const PRESET_NAMES = Object.keys(CRON_PRESETS) as CronPreset[];

/** `minute hour` and the rest, of an expression that comes once on its days. */
const ONCE = /^(\d{1,2}) (\d{1,2}) (\S+ \S+ \S+)$/;

/** Which preset an expression is, whatever its time of day. */
export const presetOf = (cron: string): CronPreset | null => {
  const days = ONCE.exec(cron.trim())?.[3];
  return (
    PRESET_NAMES.find((name) => {
      const preset = CRON_PRESETS[name];
      return preset === cron.trim() || (days !== undefined && ONCE.exec(preset)?.[3] === days);
    }) ?? null
  );
};

/** `HH:mm` of an expression that comes once on its days, else `null`. */
export const timeOf = (cron: string): string | null => {
  const [, minute, hour] = ONCE.exec(cron.trim()) ?? [];
  if (minute === undefined || hour === undefined || Number(minute) > 59 || Number(hour) > 23) return null;
  return `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
};

/** The same days at another time of day, given as `HH:mm`. */
export const withTime = (cron: string, time: string): string => {
  const days = ONCE.exec(cron.trim())?.[3];
  const [hour, minute] = time.split(':').map(Number);
  if (days === undefined || hour === undefined || minute === undefined || Number.isNaN(hour + minute)) return cron;
  return `${minute} ${hour} ${days}`;
};

/** Another preset, at the time of day that was chosen before. */
export const withPreset = (cron: string, preset: CronPreset): string => {
  const time = timeOf(cron);
  return time === null ? CRON_PRESETS[preset] : withTime(CRON_PRESETS[preset], time);
};
