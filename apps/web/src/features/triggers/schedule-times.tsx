'use client';

import { Code, Group, Select, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { TimeInput } from '@mantine/dates';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { type CronPreset, PRESET_NAMES, presetOf, timeOf, withPreset, withTime } from './cron-presets.ts';
import type { SchedulePreview } from './trigger-view.ts';
import classes from './triggers.module.css';
import { useCronWords } from './use-cron-words.ts';

/** After the last keystroke, in ms. */
const PREVIEW_DELAY = 250;
const OWN = 'own';

export const ownTimezone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

const NextTimes = ({ times, timezone, seconds }: { times: Date[]; timezone: string; seconds: boolean }) => {
  const t = useTranslations('triggers.form');
  const locale = useLocale();
  const own = ownTimezone();
  const part = {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    second: seconds ? '2-digit' : undefined,
  } as const;
  const day = { weekday: 'short', month: 'short', day: 'numeric' } as const;
  const there = new Intl.DateTimeFormat(locale, { ...day, ...part, timeZone: timezone });
  const here = new Intl.DateTimeFormat(locale, { ...day, ...part, timeZone: own });
  return (
    <ol className={classes.times} aria-label={t('nextTimes')}>
      {times.map((time) => (
        <li key={time.getTime()}>
          <Text size="sm" component="span">
            {there.format(time)}
          </Text>
          {here.format(time) !== there.format(time) && (
            <Text size="xs" c="dimmed" component="span">
              {t('yourTime', { time: here.format(time) })}
            </Text>
          )}
        </li>
      ))}
    </ol>
  );
};

/** In words, and the next five times; while somebody types, those of a moment ago. */
const Preview = ({ preview, timezone, seconds }: { preview: SchedulePreview; timezone: string; seconds: boolean }) => {
  const t = useTranslations('triggers.form');
  const cronWords = useCronWords();
  const words = cronWords(preview.words);
  if (preview.problem) return null;
  return (
    <Stack gap={6} className={classes.preview} aria-live="polite">
      {words && (
        <Text size="sm" fw={600}>
          {words}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {t('nextTimesIn', { zone: timezone })}
      </Text>
      <NextTimes times={preview.times} timezone={timezone} seconds={seconds} />
    </Stack>
  );
};

type ScheduleTimesProps = {
  cron: string;
  timezone: string;
  onChange: (times: { cron?: string; timezone?: string }) => void;
};

/** When a schedule comes: by a preset and a time of day, or by the expression itself. */
export const ScheduleTimes = ({ cron, timezone, onChange }: ScheduleTimesProps) => {
  const t = useTranslations('triggers.form');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const zones = useMemo(
    () => [...new Set(['UTC', ownTimezone(), timezone, ...Intl.supportedValuesOf('timeZone')])],
    [timezone],
  );
  const [wanted] = useDebouncedValue(cron.trim(), PREVIEW_DELAY);
  const preview = useQuery(
    trpc.triggers.schedules.preview.queryOptions(
      { workspace: slug, cron: wanted, timezone },
      { enabled: wanted !== '', placeholderData: keepPreviousData },
    ),
  );
  const time = timeOf(cron);
  const problem = preview.isPlaceholderData ? null : (preview.data?.problem ?? null);
  const error =
    cron.trim() === '' ? t('problems.fields') : problem && problem !== 'timezone' && t(`problems.${problem}`);
  return (
    <Stack gap="sm">
      <Group gap="sm" align="flex-start" grow preventGrowOverflow={false}>
        <Select
          label={t('howOften')}
          data={[
            ...PRESET_NAMES.map((name) => ({ value: name, label: t(`presets.${name}`) })),
            { value: OWN, label: t('presets.own') },
          ]}
          value={presetOf(cron) ?? OWN}
          allowDeselect={false}
          onChange={(value) => {
            if (value && value !== OWN) onChange({ cron: withPreset(cron, value as CronPreset) });
          }}
        />
        {time !== null && (
          <TimeInput
            label={t('timeOfDay')}
            value={time}
            onChange={(event) => onChange({ cron: withTime(cron, event.currentTarget.value) })}
          />
        )}
      </Group>
      <Group gap="sm" align="flex-start" grow preventGrowOverflow={false}>
        <TextInput
          label={t('cron')}
          description={t('cronHelp')}
          value={cron}
          onChange={(event) => onChange({ cron: event.currentTarget.value })}
          error={error || undefined}
          maxLength={120}
          required
          spellCheck={false}
          autoComplete="off"
          styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        />
        <Select
          label={t('timezone')}
          description={t('timezoneHelp')}
          data={zones}
          value={timezone}
          onChange={(value) => value && onChange({ timezone: value })}
          allowDeselect={false}
          searchable
          limit={60}
          nothingFoundMessage={t('problems.timezone')}
          error={problem === 'timezone' ? t('problems.timezone') : undefined}
        />
      </Group>
      {preview.data ? (
        <Preview preview={preview.data} timezone={timezone} seconds={wanted.split(/\s+/).length === 6} />
      ) : (
        wanted !== '' && !preview.isError && <Skeleton height={150} radius="md" />
      )}
      {preview.data?.problem && !preview.isPlaceholderData && (
        <Text size="xs" c="dimmed">
          {t('example')} <Code>0 9 * * 1-5</Code>
        </Text>
      )}
    </Stack>
  );
};
