'use client';

import { ActionIcon, Alert, Anchor, Badge, Code, Group, Menu, Paper, Switch, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { IconDots, IconListDetails, IconPencil, IconTrash } from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { StatusBadge } from '../../components/status-badge.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useNow } from '../executions/use-now.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { ScheduleModal } from './schedule-modal.tsx';
import type { ScheduleView } from './trigger-view.ts';
import classes from './triggers.module.css';
import { useCronWords } from './use-cron-words.ts';
import { useTriggerActions } from './use-trigger-actions.ts';

const LastStart = ({ schedule }: { schedule: ScheduleView }) => {
  const t = useTranslations('triggers');
  const format = useFormat();
  const now = useNow(10_000);
  const { slug } = useWorkspace();
  const { lastRunAt, lastExecution } = schedule;
  if (!lastRunAt)
    return (
      <Text size="sm" c="dimmed">
        {t('schedule.neverRun')}
      </Text>
    );
  const time = (
    <Text size="sm" c="dimmed" title={format.dateTime(lastRunAt)} suppressHydrationWarning>
      {t('schedule.last', { time: format.relativeTime(lastRunAt, now) })}
    </Text>
  );
  if (!lastExecution) return time;
  return (
    <Anchor component={Link} href={`/w/${slug}/executions/${lastExecution.id}`} underline="never">
      <Group gap={8}>
        {time}
        <StatusBadge status={lastExecution.status} size="sm" />
      </Group>
    </Anchor>
  );
};

export const ScheduleCard = ({ schedule }: { schedule: ScheduleView }) => {
  const t = useTranslations('triggers');
  const common = useTranslations('common');
  const format = useFormat();
  const cronWords = useCronWords();
  const now = useNow(10_000);
  const { slug, canEdit } = useWorkspace();
  const { updateSchedule, removeSchedule } = useTriggerActions();
  const [editing, edit] = useDisclosure(false);
  const { id, name, workflow, enabled, nextRunAt, lastError } = schedule;
  const words = cronWords(schedule.words);

  const confirmRemove = () =>
    modals.openConfirmModal({
      title: t('schedule.removeTitle', { name }),
      children: <Text size="sm">{t('schedule.removeText')}</Text>,
      labels: { confirm: t('remove'), cancel: common('cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () => removeSchedule.mutate({ workspace: slug, id }),
    });
  return (
    <Paper component="li" withBorder className={classes.card} aria-label={name}>
      <div className={classes.head}>
        <div className={classes.titles}>
          <Group gap={8}>
            <Text className={classes.name}>{name}</Text>
            {!enabled && (
              <Badge color="gray" variant="light" tt="none">
                {t('schedule.paused')}
              </Badge>
            )}
          </Group>
          <Text size="sm" className={classes.words}>
            {words ?? t('schedule.byExpression')}
          </Text>
          <Text size="xs" c="dimmed" mt={2}>
            <Code>{schedule.cron}</Code> {schedule.timezone}
          </Text>
        </div>
        {canEdit && (
          <>
            <Switch
              aria-label={t('schedule.enabledOf', { name })}
              checked={enabled}
              disabled={updateSchedule.isPending}
              onChange={(event) =>
                updateSchedule.mutate({ workspace: slug, id, change: { enabled: event.currentTarget.checked } })
              }
            />
            <Menu position="bottom-end" withinPortal>
              <Menu.Target>
                <ActionIcon variant="subtle" color="gray" aria-label={t('actionsOf', { name })}>
                  <IconDots size={18} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconPencil size={16} />} onClick={edit.open}>
                  {t('edit')}
                </Menu.Item>
                <Menu.Item
                  component={Link}
                  href={`/w/${slug}/executions?workflow=${workflow.id}&trigger=schedule`}
                  leftSection={<IconListDetails size={16} />}
                >
                  {t('showExecutions')}
                </Menu.Item>
                <Menu.Divider />
                <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={confirmRemove}>
                  {t('removeDots')}
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </>
        )}
      </div>
      <div className={classes.meta}>
        <Anchor component={Link} href={`/w/${slug}/workflows/${workflow.id}`} size="sm">
          {workflow.name}
        </Anchor>
        {nextRunAt && (
          <Text size="sm" fw={500} title={format.dateTime(nextRunAt)} suppressHydrationWarning>
            {t('schedule.next', { time: format.upcoming(nextRunAt, now) })}
          </Text>
        )}
        <LastStart schedule={schedule} />
      </div>
      {lastError && (
        <Alert mt="sm" p="xs" color={lastError.code === 'still_running' ? 'yellow' : 'red'} variant="light">
          {t.has(`startProblem.${lastError.code}`) ? t(`startProblem.${lastError.code}`) : t('startProblem.other')}
          {lastError.code !== 'still_running' && (
            <Text size="xs" mt={2}>
              {lastError.message}
            </Text>
          )}
        </Alert>
      )}
      {canEdit && <ScheduleModal opened={editing} onClose={edit.close} schedule={schedule} workflowId={workflow.id} />}
    </Paper>
  );
};
