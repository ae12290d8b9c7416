'use client';

import { Badge, Group, Skeleton, Stack, Text, ThemeIcon } from '@mantine/core';
import { IconBox, IconBrain, IconDatabase, IconStack2, type TablerIcon } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { ErrorState } from '../../components/state-views.tsx';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { Section } from './section.tsx';

const REFRESH_MS = 15_000;
const SANDBOX_TEXTS = {
  docker: 'sandboxDocker',
  process: 'sandboxProcess',
  kubernetes: 'sandboxKubernetes',
} as const;

type State = 'ok' | 'limited' | 'down' | 'unknown';
const COLORS: Record<State, string> = { ok: 'thread', limited: 'yellow', down: 'red', unknown: 'gray' };

const Row = ({ icon: Icon, name, text, state }: { icon: TablerIcon; name: string; text: string; state: State }) => {
  const t = useTranslations('settings.system.states');
  return (
    <Group wrap="nowrap" align="flex-start" gap="md">
      <ThemeIcon variant="light" color={COLORS[state]} size="lg" radius="md">
        <Icon size={20} stroke={1.6} aria-hidden />
      </ThemeIcon>
      <div style={{ flex: 1 }}>
        <Text fw={500}>{name}</Text>
        <Text size="sm" c="dimmed">
          {text}
        </Text>
      </div>
      <Badge variant="light" color={COLORS[state]} tt="none">
        {t(state)}
      </Badge>
    </Group>
  );
};

/** What this installation runs on, and whether it answers. */
export const SystemStatus = () => {
  const t = useTranslations('settings.system');
  const demoModel = useTranslations('executions')('demoModel');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const query = useQuery(trpc.settings.systemStatus.queryOptions({ workspace: slug }, { refetchInterval: REFRESH_MS }));
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton height={280} radius="md" />;
  const { database, queue, executor, models } = query.data;
  const sandboxText =
    executor.state === 'down'
      ? t('executorDown')
      : executor.sandbox === null
        ? t('executorUnknown')
        : t(SANDBOX_TEXTS[executor.sandbox]);
  return (
    <Section title={t('title')} description={t('description')}>
      <Stack gap="lg">
        <Row
          icon={IconDatabase}
          name={t('database')}
          text={database.version ? t('databaseText', { version: database.version }) : t('databaseDown')}
          state={database.state}
        />
        <Row
          icon={IconStack2}
          name={t('queue')}
          text={
            queue.state === 'ok'
              ? t('queueText', {
                  kind: queue.kind === 'redis' ? 'Redis' : 'PostgreSQL',
                  waiting: queue.waiting,
                  active: queue.active,
                })
              : t('queueDown')
          }
          state={queue.state}
        />
        <Row icon={IconBox} name={t('sandbox')} text={sandboxText} state={executor.state} />
        <Row
          icon={IconBrain}
          name={t('models')}
          text={t(`modelTexts.${models.source}`, { name: models.source === 'demo' ? demoModel : models.name })}
          state={models.source === 'demo' ? 'limited' : 'ok'}
        />
      </Stack>
    </Section>
  );
};
