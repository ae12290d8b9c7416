'use client';

import { Button, Code, CopyButton, Group, Stack, Text } from '@mantine/core';
import { useMounted } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { callCommand, sampleBody } from './call-command.ts';
import classes from './triggers.module.css';

export type ExampleCall = { path: string; signed: boolean; workflowId: string };

/** How to call a webhook: what is signed, and a command that does it. */
export const CallExample = ({ path, signed, workflowId }: ExampleCall) => {
  const t = useTranslations('triggers.example');
  const common = useTranslations('common');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const fields = useQuery(trpc.triggers.inputFields.queryOptions({ workspace: slug, workflowId }));
  const origin = useMounted() ? window.location.origin : '';
  const command = callCommand({ url: `${origin}${path}`, signed, body: sampleBody(fields.data ?? []) });
  return (
    <Stack gap="xs">
      <Group justify="space-between" align="flex-end">
        <Text size="sm" fw={500}>
          {t('title')}
        </Text>
        <CopyButton value={command} timeout={2_000}>
          {({ copied, copy }) => (
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={copied ? <IconCheck size={15} /> : <IconCopy size={15} />}
              onClick={copy}
            >
              {copied ? common('copied') : common('copy')}
            </Button>
          )}
        </CopyButton>
      </Group>
      <Code block className={classes.code} tabIndex={0} aria-label={t('title')}>
        {command}
      </Code>
      <Text size="xs" c="dimmed">
        {signed ? t('signedText') : t('unsignedText')}
      </Text>
      <Text size="xs" c="dimmed">
        {t('bodyText')}
      </Text>
    </Stack>
  );
};
