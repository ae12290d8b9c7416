'use client';

import {
  ActionIcon,
  Anchor,
  Badge,
  Button,
  Code,
  Collapse,
  CopyButton,
  Group,
  Paper,
  Switch,
  Text,
  Tooltip,
} from '@mantine/core';
import { useDisclosure, useMounted } from '@mantine/hooks';
import { IconCheck, IconChevronDown, IconChevronUp, IconCode, IconCopy } from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useFormat } from '../../lib/use-format.ts';
import { useNow } from '../executions/use-now.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { CallExampleModal } from './call-example-modal.tsx';
import { Deliveries } from './deliveries.tsx';
import type { WebhookView } from './trigger-view.ts';
import classes from './triggers.module.css';
import { useTriggerActions } from './use-trigger-actions.ts';
import { WebhookMenu } from './webhook-menu.tsx';

const Address = ({ path }: { path: string }) => {
  const common = useTranslations('common');
  // Only the browser knows under which address it came.
  const url = `${useMounted() ? window.location.origin : ''}${path}`;
  return (
    <div className={classes.address}>
      <Code className={classes.url}>{url}</Code>
      <CopyButton value={url} timeout={2_000}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? common('copied') : common('copy')}>
            <ActionIcon variant="subtle" color={copied ? 'thread' : 'gray'} aria-label={common('copy')} onClick={copy}>
              {copied ? <IconCheck size={16} /> : <IconCopy size={16} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </div>
  );
};

export const WebhookCard = ({ webhook }: { webhook: WebhookView }) => {
  const t = useTranslations('triggers');
  const format = useFormat();
  const now = useNow(10_000);
  const { slug, canEdit } = useWorkspace();
  const { updateWebhook } = useTriggerActions();
  const [callsOpened, calls] = useDisclosure(false);
  const [exampleOpened, example] = useDisclosure(false);
  const { id, name, workflow, enabled, signed, response, lastUsedAt, path } = webhook;
  return (
    <Paper component="li" withBorder className={classes.card} aria-label={name}>
      <div className={classes.head}>
        <div className={classes.titles}>
          <Group gap={8}>
            <Text className={classes.name}>{name}</Text>
            {!enabled && (
              <Badge color="gray" variant="light" tt="none">
                {t('webhook.off')}
              </Badge>
            )}
            {!signed && (
              <Tooltip label={t('webhook.unsignedHint')} multiline maw={300}>
                <Badge color="yellow" variant="light" tt="none">
                  {t('webhook.unsigned')}
                </Badge>
              </Tooltip>
            )}
          </Group>
          <Text size="sm" c="dimmed" className={classes.words}>
            {t(`response.${response}`)}
          </Text>
        </div>
        {canEdit && (
          <>
            <Switch
              aria-label={t('webhook.enabledOf', { name })}
              checked={enabled}
              disabled={updateWebhook.isPending}
              onChange={(event) =>
                updateWebhook.mutate({ workspace: slug, id, change: { enabled: event.currentTarget.checked } })
              }
            />
            <WebhookMenu webhook={webhook} />
          </>
        )}
      </div>
      {path && <Address path={path} />}
      <div className={classes.meta}>
        <Anchor component={Link} href={`/w/${slug}/workflows/${workflow.id}`} size="sm">
          {workflow.name}
        </Anchor>
        <Text
          size="sm"
          c="dimmed"
          title={lastUsedAt ? format.dateTime(lastUsedAt) : undefined}
          suppressHydrationWarning
        >
          {lastUsedAt ? t('webhook.lastUsed', { time: format.relativeTime(lastUsedAt, now) }) : t('webhook.neverUsed')}
        </Text>
        <Group gap={4} ml="auto">
          {path && (
            <Button size="compact-sm" variant="subtle" leftSection={<IconCode size={15} />} onClick={example.open}>
              {t('webhook.howTo')}
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="subtle"
            color="gray"
            rightSection={callsOpened ? <IconChevronUp size={15} /> : <IconChevronDown size={15} />}
            aria-expanded={callsOpened}
            onClick={calls.toggle}
          >
            {t('webhook.calls')}
          </Button>
        </Group>
      </div>
      <Collapse expanded={callsOpened}>{callsOpened && <Deliveries webhookId={id} />}</Collapse>
      {path && (
        <CallExampleModal
          opened={exampleOpened}
          onClose={example.close}
          call={{ path, signed, workflowId: workflow.id }}
          name={name}
        />
      )}
    </Paper>
  );
};
