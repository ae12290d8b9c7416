'use client';

import { Accordion, Group, Stack, Text } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { StatusIcon } from '../../../components/status-badge.tsx';
import { useFormat } from '../../../lib/use-format.ts';
import { PayloadView } from '../payload/payload-view.tsx';
import type { ToolUse } from './tool-uses.ts';

const STATUS = { running: 'running', output: 'completed', large: 'completed', error: 'failed' } as const;

/** What the agent did with its tools, each with what it gave and what it got. */
export const StepTools = ({ uses }: { uses: readonly ToolUse[] }) => {
  const t = useTranslations('executions');
  const format = useFormat();
  return (
    <Accordion multiple variant="contained" radius="sm">
      {uses.map((use) => {
        const status = STATUS[use.result.kind];
        return (
          <Accordion.Item key={use.seq} value={String(use.seq)}>
            <Accordion.Control>
              <Group gap="xs" wrap="nowrap">
                <StatusIcon status={status} size={16} label={t(`status.${status}`)} />
                <Text size="sm" fw={600} ff="monospace" truncate>
                  {use.tool}
                </Text>
                <Text size="xs" c="dimmed" ml="auto">
                  {use.durationMs === null ? '' : format.duration(use.durationMs)}
                </Text>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <Stack gap="xs">
                <Text size="xs" c="dimmed">
                  {t('step.toolInput')}
                </Text>
                {'input' in use ? (
                  <PayloadView value={use.input} fileName={`${use.tool}-${use.seq}-input`} />
                ) : (
                  <Text size="sm">{t('step.toolLarge')}</Text>
                )}
                <Text size="xs" c="dimmed">
                  {t('step.toolOutput')}
                </Text>
                <ToolResult use={use} />
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        );
      })}
    </Accordion>
  );
};

const ToolResult = ({ use: { result, tool, seq } }: { use: ToolUse }) => {
  const t = useTranslations('executions');
  switch (result.kind) {
    case 'running':
      return <Text size="sm">{t('step.toolRunning')}</Text>;
    case 'large':
      return <Text size="sm">{t('step.toolLarge')}</Text>;
    case 'error':
      return (
        <Text size="sm" c="red">
          {result.message}
        </Text>
      );
    case 'output':
      return <PayloadView value={result.value} fileName={`${tool}-${seq}-output`} />;
  }
};
