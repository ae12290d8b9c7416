'use client';

import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { draftToDefinition } from '@agentweaver/core/draft/draft-document';
import { sameJson } from '@agentweaver/core/draft/shared-values';
import { Badge, Button, Group, Loader, Popover, ScrollArea, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconRocket } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { useFormat } from '../../../lib/use-format.ts';
import { useTRPC, useTRPCClient } from '../../../trpc/client.tsx';
import { DraftOffline } from '../../collab/draft-connection.ts';
import { useNow } from '../../executions/use-now.ts';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useBuilder, useBuilderState } from '../state/builder-context.tsx';

/** Wait after the last edit before draft and published version are compared, in ms. */
const COMPARE_AFTER_MS = 500;

/** Whether the draft says something else than what is published. */
const useDiffers = (published: WorkflowDefinition | undefined): boolean => {
  const { editor } = useBuilder();
  const [differs, setDiffers] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const compare = () => setDiffers(published !== undefined && !sameJson(published, draftToDefinition(editor.doc)));
    const schedule = () => {
      clearTimeout(timer);
      timer = setTimeout(compare, COMPARE_AFTER_MS);
    };
    compare();
    editor.doc.on('update', schedule);
    return () => {
      clearTimeout(timer);
      editor.doc.off('update', schedule);
    };
  }, [editor, published]);
  return differs;
};

const Versions = () => {
  const t = useTranslations('builder.publish');
  const format = useFormat();
  const errorText = useErrorText();
  const now = useNow(60_000);
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const { workflowId } = useBuilder();
  const versions = useQuery(trpc.builder.versions.queryOptions({ workspace: slug, workflowId }));
  if (versions.isPending) return <Loader size="xs" />;
  if (versions.isError)
    return (
      <Text size="sm" c="red">
        {errorText(versions.error)}
      </Text>
    );
  return (
    <ScrollArea.Autosize mah={220} type="auto">
      <Stack gap={8}>
        {versions.data.map((version) => (
          <Group key={version.id} gap="xs" wrap="nowrap" align="flex-start">
            <Text size="sm" fw={600} w={44}>
              v{version.number}
            </Text>
            <div style={{ flex: 1, minWidth: 0 }}>
              <Text size="sm">{version.note || t('noNote')}</Text>
              <Text size="xs" c="dimmed">
                {[version.createdBy, format.relativeTime(version.createdAt, now)].filter(Boolean).join(' · ')}
              </Text>
            </div>
            {version.published && (
              <Badge size="xs" variant="light" color="thread">
                {t('live')}
              </Badge>
            )}
          </Group>
        ))}
      </Stack>
    </ScrollArea.Autosize>
  );
};

/** Freezes the draft as a version and makes it what REST runs; shows what was published before. */
export const PublishMenu = ({
  published,
}: {
  published: { number: number; definition: WorkflowDefinition } | null;
}) => {
  const t = useTranslations('builder.publish');
  const errorText = useErrorText();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const queries = useQueryClient();
  const { slug } = useWorkspace();
  const { workflowId, connection, readOnly } = useBuilder();
  const [opened, setOpened] = useState(false);
  const [note, setNote] = useState('');
  const errors = useBuilderState((state) => state.problems.filter((problem) => problem.severity === 'error').length);
  const differs = useDiffers(published?.definition);
  const publish = useMutation({
    mutationFn: async () => {
      await connection.flush();
      return client.builder.publish.mutate({ workspace: slug, workflowId, note });
    },
    onSuccess: (version) => {
      setNote('');
      setOpened(false);
      notifications.show({ color: 'thread', message: t('done', { number: version.number }) });
      return Promise.all([
        queries.invalidateQueries(trpc.builder.get.pathFilter()),
        queries.invalidateQueries(trpc.builder.versions.pathFilter()),
        queries.invalidateQueries(trpc.workflows.list.pathFilter()),
      ]);
    },
  });
  const upToDate = published !== null && !differs;
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={340} shadow="md" trapFocus withinPortal>
      <Popover.Target>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconRocket size={15} />}
          onClick={() => setOpened((open) => !open)}
          aria-label={t('open')}
          rightSection={differs ? <Badge size="xs" circle color="orange" aria-label={t('changed')} /> : undefined}
        >
          {published ? `v${published.number}` : readOnly ? t('versions') : t('publish')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label={t('title')}>
        <Stack gap="sm">
          <Text size="sm" fw={600}>
            {published ? t(differs ? 'stateChanged' : 'stateSame', { number: published.number }) : t('stateNever')}
          </Text>
          {!readOnly && (
            <>
              <TextInput
                label={t('note')}
                placeholder={t('notePlaceholder')}
                value={note}
                maxLength={500}
                onChange={(event) => setNote(event.currentTarget.value)}
              />
              {errors > 0 && (
                <Text size="xs" c="red">
                  {t('blocked', { count: errors })}
                </Text>
              )}
              {publish.error && (
                <Text size="xs" c="red" role="alert">
                  {publish.error instanceof DraftOffline ? t('failed') : errorText(publish.error)}
                </Text>
              )}
              <Button
                size="sm"
                disabled={errors > 0 || upToDate}
                loading={publish.isPending}
                onClick={() => publish.mutate()}
              >
                {t('publishNow')}
              </Button>
            </>
          )}
          {opened && <Versions />}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
};
