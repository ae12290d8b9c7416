'use client';

import { Button, Group, Modal, Select, Skeleton, Stack, Switch, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { RefusalAlert } from '../../components/refusal-alert.tsx';
import { useErrorText } from '../../lib/use-error-text.ts';
import { useTRPC, useTRPCClient } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { ownTimezone, ScheduleTimes } from './schedule-times.tsx';
import { TriggerInput, useTriggerInput } from './trigger-input.tsx';
import { MAX_TRIGGER_NAME, type ScheduleView } from './trigger-view.ts';
import { useTriggerActions } from './use-trigger-actions.ts';

type FormProps = { schedule?: ScheduleView | undefined; workflowId: string | null; onClose: () => void };

const firstValues = (schedule: ScheduleView | undefined, workflowId: string | null) => ({
  name: schedule?.name ?? '',
  workflowId: schedule?.workflow.id ?? workflowId,
  cron: schedule?.cron ?? '0 9 * * 1-5',
  timezone: schedule?.timezone ?? ownTimezone(),
  enabled: schedule?.enabled ?? true,
  skipIfRunning: schedule?.skipIfRunning ?? true,
});

const ScheduleForm = ({ schedule, workflowId: preset, onClose }: FormProps) => {
  const t = useTranslations('triggers');
  const common = useTranslations('common');
  const errorText = useErrorText();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const { slug } = useWorkspace();
  const { refresh } = useTriggerActions();
  const [values, setValues] = useState(() => firstValues(schedule, preset));
  const [tried, setTried] = useState(false);
  const set = (change: Partial<typeof values>) => setValues((before) => ({ ...before, ...change }));
  const workflows = useQuery(trpc.executions.workflowOptions.queryOptions({ workspace: slug }, { staleTime: 60_000 }));
  const input = useTriggerInput(values.workflowId, schedule?.input);

  const save = useMutation({
    mutationFn: async (given: unknown) => {
      const { workflowId, ...rest } = values;
      const all = { ...rest, name: rest.name.trim(), input: given };
      if (schedule) return client.triggers.schedules.update.mutate({ workspace: slug, id: schedule.id, change: all });
      return client.triggers.schedules.create.mutate({ workspace: slug, workflowId: workflowId ?? '', values: all });
    },
    onSuccess: () => {
      notifications.show({ color: 'thread', message: t(schedule ? 'schedule.changed' : 'schedule.created') });
      onClose();
      return refresh();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    const given = input.read();
    if (given && values.workflowId && values.name.trim() !== '' && values.cron.trim() !== '') save.mutate(given.value);
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="md">
        <TextInput
          label={t('form.name')}
          placeholder={t('schedule.namePlaceholder')}
          value={values.name}
          onChange={(event) => set({ name: event.currentTarget.value })}
          error={tried && values.name.trim() === '' ? t('form.nameMissing') : undefined}
          maxLength={MAX_TRIGGER_NAME}
          required
          data-autofocus
        />
        <Select
          label={t('form.workflow')}
          data={(workflows.data ?? []).map(({ id, name }) => ({ value: id, label: name }))}
          value={values.workflowId}
          onChange={(workflowId) => {
            set({ workflowId });
            input.reset();
          }}
          error={tried && !values.workflowId ? t('form.workflowMissing') : undefined}
          disabled={schedule !== undefined}
          description={t('form.workflowHelp')}
          allowDeselect={false}
          nothingFoundMessage={t('noSuchWorkflow')}
          searchable
          required
        />
        <ScheduleTimes cron={values.cron} timezone={values.timezone} onChange={set} />
        {values.workflowId && (input.isPending ? <Skeleton height={72} /> : <TriggerInput {...input} />)}
        <Switch
          label={t('form.skipIfRunning')}
          description={t('form.skipIfRunningHelp')}
          checked={values.skipIfRunning}
          onChange={(event) => set({ skipIfRunning: event.currentTarget.checked })}
        />
        <Switch
          label={t('form.paused')}
          description={t('form.pausedHelp')}
          checked={!values.enabled}
          onChange={(event) => set({ enabled: !event.currentTarget.checked })}
        />
        {save.isError && <RefusalAlert error={save.error} text={errorText(save.error, { conflict: t('tooMany') })} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {common('cancel')}
          </Button>
          <Button type="submit" loading={save.isPending}>
            {t(schedule ? 'form.save' : 'schedule.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

/** Makes a schedule, or changes one. */
export const ScheduleModal = ({ opened, ...form }: FormProps & { opened: boolean }) => {
  const t = useTranslations('triggers');
  const common = useTranslations('common');
  return (
    <Modal
      opened={opened}
      onClose={form.onClose}
      title={form.schedule ? t('schedule.editTitle', { name: form.schedule.name }) : t('schedule.new')}
      size="lg"
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      <ScheduleForm {...form} />
    </Modal>
  );
};
