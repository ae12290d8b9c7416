'use client';

import { TextInput } from '@mantine/core';
import dayjs from 'dayjs';
import { useTranslations } from 'next-intl';

const FORMAT = 'YYYY-MM-DDTHH:mm';
const MAX_DAYS = 365;

/** The next full hour that is not in a few minutes, as the field has it. */
export const nextHour = (now: Date): string => dayjs(now).add(70, 'minute').startOf('hour').format(FORMAT);

/** The moment of a local time; `undefined` when it is none, past, or too far away. */
export const startTimeOf = (value: string, now: Date): Date | undefined => {
  const time = dayjs(value);
  if (!time.isValid() || !time.isAfter(now) || time.isAfter(dayjs(now).add(MAX_DAYS, 'day'))) return undefined;
  return time.toDate();
};

/** When a run is to start, in the viewer's own time zone. */
export const StartTime = ({
  value,
  error,
  onChange,
}: {
  value: string;
  error: boolean;
  onChange: (value: string) => void;
}) => {
  const t = useTranslations('triggers.later');
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <TextInput
      type="datetime-local"
      label={t('label')}
      description={t('help', { zone })}
      value={value}
      min={dayjs().format(FORMAT)}
      max={dayjs().add(MAX_DAYS, 'day').format(FORMAT)}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={error ? t('pastOrFar') : undefined}
      required
      autoFocus
    />
  );
};
