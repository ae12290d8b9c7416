'use client';

import { Group, Paper, Stack, Table, Text } from '@mantine/core';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { StatusBadge } from '../../../components/status-badge.tsx';
import { useFormat } from '../../../lib/use-format.ts';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { elapsedMs } from '../execution-times.ts';
import { type ExecutionListItem, isPutOff, isUnderWay } from '../execution-view.ts';
import { useNow } from '../use-now.ts';
import classes from './executions-table.module.css';

type RowProps = { item: ExecutionListItem; now: Date; href: string };

/** The link covers its whole row: keyboard, middle click and `open in new tab` work as on any link. */
const RowLink = ({ item, href }: { item: ExecutionListItem; href: string }) => (
  <Text component={Link} href={href} fw={500} size="sm" truncate className={classes.link}>
    {item.workflow.name}
  </Text>
);

/** When it began, or will. */
const useStartText = (now: Date): ((item: ExecutionListItem) => string) => {
  const t = useTranslations('executions');
  const format = useFormat();
  return (item) => {
    const began = item.startedAt ?? item.queuedAt;
    return isPutOff(item, now) ? t('startsAt', { time: format.upcoming(began, now) }) : format.relativeTime(began, now);
  };
};

const Row = ({ item, now, href }: RowProps) => {
  const t = useTranslations('executions');
  const format = useFormat();
  const startText = useStartText(now);
  return (
    <Table.Tr className={classes.row}>
      <Table.Td w={1}>
        <StatusBadge status={item.status} />
      </Table.Td>
      <Table.Td maw={320}>
        <RowLink item={item} href={href} />
        <Text size="xs" c="dimmed" truncate>
          {t('version', { number: item.versionNumber })}
          {item.errorCode && ` · ${t(`error.${item.errorCode}.what`)}`}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">{t(`trigger.${item.trigger}`)}</Text>
        {(item.triggerName ?? item.runBy) && (
          <Text size="xs" c="dimmed" truncate maw={160}>
            {item.triggerName ?? item.runBy}
          </Text>
        )}
      </Table.Td>
      <Table.Td>
        <Text size="sm" title={format.dateTime(item.startedAt ?? item.queuedAt)} suppressHydrationWarning>
          {startText(item)}
        </Text>
      </Table.Td>
      <Table.Td className={classes.number}>{format.duration(elapsedMs(item, now))}</Table.Td>
      <Table.Td className={classes.number}>{format.tokens(item.inputTokens + item.outputTokens)}</Table.Td>
      <Table.Td className={classes.number}>{format.cost(item.totalCostUsd)}</Table.Td>
    </Table.Tr>
  );
};

const Card = ({ item, now, href }: RowProps) => {
  const t = useTranslations('executions');
  const format = useFormat();
  const startText = useStartText(now);
  return (
    <Paper component="li" withBorder p="sm" className={classes.row}>
      <Group justify="space-between" wrap="nowrap" mb={6}>
        <RowLink item={item} href={href} />
        <StatusBadge status={item.status} size="sm" />
      </Group>
      {item.errorCode && (
        <Text size="xs" c="red" mb={4}>
          {t(`error.${item.errorCode}.what`)}
        </Text>
      )}
      <Text size="xs" c="dimmed">
        {[t(`trigger.${item.trigger}`), item.triggerName, t('version', { number: item.versionNumber }), startText(item)]
          .filter(Boolean)
          .join(' · ')}
      </Text>
      <Group gap="md" mt={6} className={classes.figures}>
        <Text size="xs">{format.duration(elapsedMs(item, now))}</Text>
        <Text size="xs">{t('tokenCount', { tokens: format.tokens(item.inputTokens + item.outputTokens) })}</Text>
        <Text size="xs">{format.cost(item.totalCostUsd)}</Text>
      </Group>
    </Paper>
  );
};

/** A table on wide screens, cards on narrow ones. `stale` while other filters are still loading. */
export const ExecutionsTable = ({ items, stale }: { items: ExecutionListItem[]; stale: boolean }) => {
  const t = useTranslations('executions.column');
  const { slug } = useWorkspace();
  const now = useNow(items.some((item) => isUnderWay(item, new Date())) ? 1_000 : 30_000);
  const hrefOf = (item: ExecutionListItem) => `/w/${slug}/executions/${item.id}`;
  return (
    <div className={classes.list} data-stale={stale || undefined} aria-busy={stale}>
      <Paper withBorder visibleFrom="sm" className={classes.paper}>
        <Table verticalSpacing="xs" horizontalSpacing="md">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('status')}</Table.Th>
              <Table.Th>{t('workflow')}</Table.Th>
              <Table.Th>{t('trigger')}</Table.Th>
              <Table.Th>{t('started')}</Table.Th>
              <Table.Th className={classes.number}>{t('duration')}</Table.Th>
              <Table.Th className={classes.number}>{t('tokens')}</Table.Th>
              <Table.Th className={classes.number}>{t('cost')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {items.map((item) => (
              <Row key={item.id} item={item} now={now} href={hrefOf(item)} />
            ))}
          </Table.Tbody>
        </Table>
      </Paper>
      <Stack component="ul" gap="xs" hiddenFrom="sm" className={classes.cards}>
        {items.map((item) => (
          <Card key={item.id} item={item} now={now} href={hrefOf(item)} />
        ))}
      </Stack>
    </div>
  );
};
