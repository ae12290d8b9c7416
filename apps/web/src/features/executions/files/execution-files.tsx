'use client';

import { ActionIcon, Badge, Group, Paper, Table, Text, Title, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDownload } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { useFormat } from '../../../lib/use-format.ts';
import { useTRPC, useTRPCClient } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { type ExecutionHead, isFinished, type StepView } from '../execution-view.ts';
import { downloadBlob } from '../payload/download-text.ts';

/** How often the list is read again while steps may write, in ms. */
const REFRESH_MS = 5_000;

type ExecutionFilesProps = { executionId: string; head: ExecutionHead; steps: readonly StepView[] };

/** What the steps have written, to be taken away. Nothing when there is none. */
export const ExecutionFiles = ({ executionId, head, steps }: ExecutionFilesProps) => {
  const t = useTranslations('executions.files');
  const trpc = useTRPC();
  const client = useTRPCClient();
  const format = useFormat();
  const errorText = useErrorText();
  const { slug } = useWorkspace();
  const finished = isFinished(head.status);
  const files = useQuery(
    trpc.executions.files.queryOptions(
      { workspace: slug, executionId },
      // Read once more when it ends.
      { refetchInterval: finished ? false : REFRESH_MS, staleTime: finished ? Number.POSITIVE_INFINITY : 0 },
    ),
  );
  const download = useMutation({
    mutationFn: (path: string) => client.executions.file.query({ workspace: slug, executionId, path }),
    onSuccess: ({ path, mediaType, base64 }) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      downloadBlob(path.split('/').at(-1) ?? path, new Blob([bytes], { type: mediaType }));
    },
    onError: (error) => notifications.show({ color: 'red', message: errorText(error) }),
  });
  if (!files.data || files.data.length === 0) return null;
  const nameOf = (nodeId: string) => steps.find((step) => step.nodeId === nodeId)?.nodeName ?? nodeId;
  return (
    <Paper withBorder p="md" bg="var(--aw-surface)" component="section" aria-labelledby="execution-files">
      <Group gap="xs" mb="xs">
        <Title order={2} id="execution-files">
          {t('title')}
        </Title>
        <Badge variant="light" color="gray">
          {t('count', { count: files.data.length })}
        </Badge>
      </Group>
      <Table.ScrollContainer minWidth={320}>
        <Table verticalSpacing={6}>
          <Table.Tbody>
            {files.data.map(({ path, size, nodeId, mediaType }) => (
              <Table.Tr key={path}>
                <Table.Td>
                  <Text size="sm" ff="monospace" title={mediaType}>
                    {path}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {t('by', { step: nameOf(nodeId) })}
                  </Text>
                </Table.Td>
                <Table.Td ta="right">{format.bytes(size)}</Table.Td>
                <Table.Td w={44}>
                  <Tooltip label={t('download', { path })}>
                    <ActionIcon
                      variant="subtle"
                      aria-label={t('download', { path })}
                      loading={download.isPending && download.variables === path}
                      onClick={() => download.mutate(path)}
                    >
                      <IconDownload size={18} />
                    </ActionIcon>
                  </Tooltip>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </Paper>
  );
};
