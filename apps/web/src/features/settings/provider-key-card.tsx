'use client';

import { ActionIcon, Badge, Button, Code, Group, Paper, Stack, Text, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { IconGauge, IconPlugConnected, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useFormat } from '../../lib/use-format.ts';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import type { KeyLimits } from './key-limits.ts';
import { KeyLimitsModal } from './key-limits-modal.tsx';
import { type ProviderName, providerTitle } from './provider-names.ts';
import { useSettingsFeedback } from './use-settings-feedback.ts';

export type ProviderKeyRow = KeyLimits & {
  id: string;
  provider: ProviderName;
  label: string;
  baseUrl: string | null;
  /** Empty for an endpoint without a key. */
  lastFour: string;
  models: string[];
  createdAt: Date;
  testedAt: Date | null;
  testError: string | null;
};

const TestBadge = ({ providerKey }: { providerKey: ProviderKeyRow }) => {
  const t = useTranslations('settings.keys');
  if (!providerKey.testedAt)
    return (
      <Badge color="gray" variant="light" tt="none">
        {t('untested')}
      </Badge>
    );
  if (providerKey.testError)
    return (
      <Badge color="red" variant="light" tt="none">
        {t('testFailed')}
      </Badge>
    );
  return (
    <Badge color="thread" variant="light" tt="none">
      {t('testPassed')}
    </Badge>
  );
};

const LimitsLine = ({ limits: { maxConcurrentCalls, maxCallsPerMinute } }: { limits: KeyLimits }) => {
  const t = useTranslations('settings.keys');
  const parts = [
    ...(maxConcurrentCalls === null ? [] : [t('atOnce', { count: maxConcurrentCalls })]),
    ...(maxCallsPerMinute === null ? [] : [t('aMinute', { count: maxCallsPerMinute })]),
  ];
  if (parts.length === 0) return null;
  return (
    <Text size="xs" c="dimmed">
      {t('limited', { list: parts.join(' · ') })}
    </Text>
  );
};

export const ProviderKeyCard = ({ providerKey }: { providerKey: ProviderKeyRow }) => {
  const t = useTranslations('settings.keys');
  const common = useTranslations('common');
  const trpc = useTRPC();
  const format = useFormat();
  const { slug, isOwner } = useWorkspace();
  const feedback = useSettingsFeedback();
  const [limitsOpened, limits] = useDisclosure(false);
  const lists = [trpc.settings.providerKeys.list.queryKey(), trpc.settings.systemStatus.queryKey()];
  const test = useMutation(
    trpc.settings.providerKeys.test.mutationOptions({
      onSuccess: (result) =>
        result.error ? feedback.done(t('testFailed'), lists) : feedback.done(t('testPassed'), lists),
      onError: (error) => feedback.failed(error),
    }),
  );
  const remove = useMutation(
    trpc.settings.providerKeys.remove.mutationOptions({
      onSuccess: () => feedback.done(t('removed'), lists),
      onError: (error) => feedback.failed(error),
    }),
  );
  const confirm = () =>
    modals.openConfirmModal({
      title: t('removeTitle', { name: providerKey.label }),
      children: <Text size="sm">{t('removeText')}</Text>,
      labels: { confirm: common('remove'), cancel: common('cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate({ workspace: slug, id: providerKey.id }),
    });

  return (
    <Paper withBorder radius="md" p="md" data-provider={providerKey.provider}>
      <Group justify="space-between" align="flex-start" gap="sm">
        <Stack gap={4} style={{ flex: '1 1 240px', minWidth: 0 }}>
          <Group gap="xs">
            <Text fw={600}>{providerKey.label}</Text>
            <TestBadge providerKey={providerKey} />
          </Group>
          <Text size="sm" c="dimmed">
            {providerTitle(providerKey.provider)}
            {providerKey.lastFour ? <Code ml={8}>…{providerKey.lastFour}</Code> : null}
          </Text>
          {providerKey.baseUrl ? (
            <Text size="xs" c="dimmed" truncate>
              {providerKey.baseUrl}
            </Text>
          ) : null}
          {providerKey.models.length > 0 ? (
            <Text size="xs" c="dimmed" lineClamp={2}>
              {t('models', { list: providerKey.models.join(', ') })}
            </Text>
          ) : null}
          <LimitsLine limits={providerKey} />
          {providerKey.testError ? (
            <Text size="sm" c="red">
              {providerKey.testError}
            </Text>
          ) : null}
          <Text size="xs" c="dimmed">
            {providerKey.testedAt
              ? t('testedAt', { time: format.dateTime(providerKey.testedAt) })
              : t('addedAt', { time: format.dateTime(providerKey.createdAt) })}
          </Text>
        </Stack>
        {isOwner ? (
          <Group gap="xs">
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlugConnected size={15} aria-hidden />}
              loading={test.isPending}
              onClick={() => test.mutate({ workspace: slug, id: providerKey.id })}
            >
              {t('test')}
            </Button>
            <Tooltip label={t('limits')}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t('limitsTitle', { name: providerKey.label })}
                onClick={limits.open}
              >
                <IconGauge size={17} stroke={1.7} />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={common('remove')}>
              <ActionIcon
                variant="subtle"
                color="red"
                aria-label={t('removeTitle', { name: providerKey.label })}
                onClick={confirm}
              >
                <IconTrash size={17} stroke={1.7} />
              </ActionIcon>
            </Tooltip>
          </Group>
        ) : null}
      </Group>
      {isOwner ? <KeyLimitsModal providerKey={providerKey} opened={limitsOpened} onClose={limits.close} /> : null}
    </Paper>
  );
};
