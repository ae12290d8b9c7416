'use client';

import { Anchor, Breadcrumbs, Group, Text, Title, Tooltip } from '@mantine/core';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { StatusBadge } from '../../../components/status-badge.tsx';
import { useFormat } from '../../../lib/use-format.ts';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { type ExecutionDetail, type ExecutionHead, isFinished, isPutOff } from '../execution-view.ts';
import type { LiveConnection } from '../use-execution-live.ts';
import { useNow } from '../use-now.ts';
import { ExecutionActions } from './execution-actions.tsx';
import classes from './execution-header.module.css';

type ExecutionHeaderProps = { detail: ExecutionDetail; head: ExecutionHead; connection: LiveConnection };

export const ExecutionHeader = ({ detail, head, connection }: ExecutionHeaderProps) => {
  const t = useTranslations('executions');
  const format = useFormat();
  const { slug } = useWorkspace();
  const now = useNow(30_000);
  const tab = detail.trigger === 'webhook' ? 'webhooks' : 'schedules';
  const triggerHref = `/w/${slug}/triggers?tab=${tab}&workflow=${detail.workflow.id}`;
  const began = head.startedAt ?? head.queuedAt;
  return (
    <header className={classes.header}>
      <div className={classes.titles}>
        <Breadcrumbs separatorMargin={6} className={classes.crumbs}>
          <Anchor component={Link} href={`/w/${slug}/executions`} size="sm">
            {t('list.title')}
          </Anchor>
          <Text size="sm" c="dimmed" ff="monospace" title={detail.id}>
            {detail.id.slice(-8)}
          </Text>
        </Breadcrumbs>
        <Group gap="sm" wrap="nowrap" align="center">
          <Title order={1} className={classes.title}>
            <Link href={`/w/${slug}/workflows/${detail.workflow.id}`} className={classes.workflow}>
              {detail.workflow.name}
            </Link>
          </Title>
          <StatusBadge status={head.status} size="lg" />
          {!isFinished(head.status) && (
            <Tooltip label={t(`connection.${connection}Hint`)}>
              <span className={classes.connection} data-connection={connection} role="status">
                {t(`connection.${connection}`)}
              </span>
            </Tooltip>
          )}
        </Group>
        <Text size="sm" c="dimmed" component="div" className={classes.meta}>
          <span>
            {t('version', { number: detail.version.number })}
            {detail.version.published && ` (${t('published')})`}
          </span>
          <span>
            {t(`trigger.${detail.trigger}`)}
            {detail.triggerName && (
              <>
                {': '}
                <Anchor component={Link} href={triggerHref} inherit>
                  {detail.triggerName}
                </Anchor>
              </>
            )}
          </span>
          {detail.runBy && <span title={detail.runBy.email}>{t('runBy', { name: detail.runBy.name })}</span>}
          <span title={format.dateTime(began)} suppressHydrationWarning>
            {isPutOff({ status: head.status, startAfter: detail.startAfter }, now)
              ? t('startsAtExact', { time: format.dateTime(detail.startAfter) })
              : format.relativeTime(began, now)}
          </span>
          {detail.rerunOfId && (
            <Anchor component={Link} href={`/w/${slug}/executions/${detail.rerunOfId}`} inherit>
              {t('rerunOf', { id: detail.rerunOfId.slice(-8) })}
            </Anchor>
          )}
        </Text>
      </div>
      <ExecutionActions detail={detail} head={head} />
    </header>
  );
};
