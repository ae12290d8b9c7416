'use client';

import type { LogLevel } from '@agentweaver/core/engine/events';
import { ActionIcon, CloseButton, Group, Paper, Select, Switch, Text, TextInput, Title, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload, IconSearch } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useMemo, useState } from 'react';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { useFormat } from '../../../lib/use-format.ts';
import { useTRPCClient } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import type { EventView, StepView } from '../execution-view.ts';
import { downloadText } from '../payload/download-text.ts';
import classes from './execution-log.module.css';
import { fetchWholeLog } from './fetch-whole-log.ts';
import { filterLog, LOG_LEVELS } from './filter-log.ts';
import { LogLines } from './log-lines.tsx';

type ExecutionLogProps = {
  executionId: string;
  events: readonly EventView[];
  /** Older lines that the browser no longer holds. */
  dropped: number;
  steps: readonly StepView[];
  /** More lines are to come. */
  running: boolean;
};

/** The live log of the execution, with filters; the download has every line. */
export const ExecutionLog = ({ executionId, events, dropped, steps, running }: ExecutionLogProps) => {
  const t = useTranslations('executions');
  const format = useFormat();
  const client = useTRPCClient();
  const errorText = useErrorText();
  const { slug } = useWorkspace();
  const [level, setLevel] = useState<LogLevel>('debug');
  const [nodeId, setNodeId] = useState<string | null>(null);
  const [search, setSearch] = useState('');
  const [follow, setFollow] = useState(running);
  const names = useMemo(() => Object.fromEntries(steps.map((step) => [step.nodeId, step.nodeName])), [steps]);
  const shown = useMemo(() => filterLog(events, { level, nodeId, search }), [events, level, nodeId, search]);
  const download = useMutation({
    mutationFn: () => fetchWholeLog(client, { workspace: slug, executionId }),
    onSuccess: (text) => downloadText(`execution-${executionId}.log.jsonl`, text, 'application/x-ndjson'),
    onError: (error) => notifications.show({ color: 'red', message: errorText(error) }),
  });

  return (
    <Paper withBorder className={classes.log} component="section" aria-labelledby="execution-log">
      <Group className={classes.bar} gap="xs">
        <Title order={2} id="execution-log">
          {t('log.title')}
        </Title>
        <Text size="xs" c="dimmed" aria-live="off">
          {shown.length === events.length
            ? t('log.lines', { count: events.length })
            : t('log.linesOf', { count: format.integer(shown.length), all: format.integer(events.length) })}
          {dropped > 0 && ` · ${t('log.dropped', { count: dropped })}`}
        </Text>
        <div className={classes.spacer} />
        <TextInput
          size="xs"
          className={classes.search}
          placeholder={t('log.search')}
          aria-label={t('log.search')}
          leftSection={<IconSearch size={14} />}
          rightSection={
            search !== '' && (
              <CloseButton size="xs" aria-label={t('filters.clearSearch')} onClick={() => setSearch('')} />
            )
          }
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Select
          size="xs"
          w={150}
          aria-label={t('log.node')}
          placeholder={t('log.node')}
          data={steps.map((step) => ({ value: step.nodeId, label: step.nodeName }))}
          value={nodeId}
          onChange={setNodeId}
          clearable
          searchable
        />
        <Select
          size="xs"
          w={130}
          aria-label={t('log.level')}
          data={LOG_LEVELS.map((one) => ({ value: one, label: t(`log.atLeast.${one}`) }))}
          value={level}
          onChange={(value) => setLevel(LOG_LEVELS.find((one) => one === value) ?? 'debug')}
          allowDeselect={false}
        />
        <Switch
          size="xs"
          label={t('log.follow')}
          checked={follow}
          onChange={(event) => setFollow(event.currentTarget.checked)}
        />
        <Tooltip label={t('log.download')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            loading={download.isPending}
            onClick={() => download.mutate()}
            aria-label={t('log.download')}
          >
            <IconDownload size={16} />
          </ActionIcon>
        </Tooltip>
      </Group>
      <LogLines
        events={shown}
        follow={follow}
        onFollow={setFollow}
        maxHeight={380}
        names={names}
        onPickNode={(picked) => setNodeId(picked === nodeId ? null : picked)}
      />
    </Paper>
  );
};
