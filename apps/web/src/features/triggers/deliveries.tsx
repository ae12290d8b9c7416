'use client';

import { Anchor, Badge, Button, Center, Code, Skeleton, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { ErrorState } from '../../components/state-views.tsx';
import { StatusBadge } from '../../components/status-badge.tsx';
import { useFormat } from '../../lib/use-format.ts';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import type { DeliveryView } from './trigger-view.ts';
import classes from './triggers.module.css';

/** New calls show up by themselves, in ms. */
const REFRESH_MS = 4_000;

const Outcome = ({ delivery: { execution } }: { delivery: DeliveryView }) => {
  const t = useTranslations('triggers.deliveries');
  const { slug } = useWorkspace();
  if (!execution)
    return (
      <Badge color="red" variant="light" tt="none">
        {t('refused')}
      </Badge>
    );
  if (execution.status === null)
    return (
      <Text size="xs" c="dimmed">
        {t('deleted')}
      </Text>
    );
  return (
    <Anchor component={Link} href={`/w/${slug}/executions/${execution.id}`} underline="never" aria-label={t('open')}>
      <StatusBadge status={execution.status} size="sm" />
    </Anchor>
  );
};

const Delivery = ({ delivery }: { delivery: DeliveryView }) => {
  const t = useTranslations('triggers.deliveries');
  const format = useFormat();
  const { refusal, messageId, repeats, receivedAt } = delivery;
  return (
    <li className={classes.delivery}>
      <Text size="sm" suppressHydrationWarning>
        {format.dateTime(receivedAt)}
      </Text>
      <div style={{ minWidth: 0 }}>
        {refusal && (
          <Text size="sm">{t.has(`refusals.${refusal.code}`) ? t(`refusals.${refusal.code}`) : refusal.message}</Text>
        )}
        {refusal &&
          t.has(`refusals.${refusal.code}`) &&
          /^(bad_request|invalid_workflow|conflict)$/.test(refusal.code) && (
            <Text size="xs" c="dimmed">
              {refusal.message}
            </Text>
          )}
        <Text size="xs" c="dimmed" className={classes.messageId} title={messageId ?? undefined}>
          {messageId === null ? t('noId') : <Code>{messageId}</Code>}
          {repeats > 0 && ` ${t('repeats', { count: repeats })}`}
        </Text>
      </div>
      <Outcome delivery={delivery} />
    </li>
  );
};

/** The last calls of a webhook: when, which message, what came of it. */
export const Deliveries = ({ webhookId }: { webhookId: string }) => {
  const t = useTranslations('triggers');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const query = useInfiniteQuery(
    trpc.triggers.webhooks.deliveries.infiniteQueryOptions(
      { workspace: slug, id: webhookId, limit: 10 },
      { getNextPageParam: (page) => page.nextCursor, refetchInterval: REFRESH_MS },
    ),
  );
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className={classes.deliveries} aria-label={t('webhook.calls')}>
      {query.isPending && <Skeleton height={60} />}
      {query.isError && items.length === 0 && <ErrorState error={query.error} onRetry={() => void query.refetch()} />}
      {query.isSuccess && items.length === 0 && (
        <Text size="sm" c="dimmed">
          {t('deliveries.none')}
        </Text>
      )}
      <ul className={classes.cards}>
        {items.map((delivery) => (
          <Delivery key={delivery.id} delivery={delivery} />
        ))}
      </ul>
      {query.hasNextPage && (
        <Center mt="xs">
          <Button
            size="compact-sm"
            variant="subtle"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            {t('loadMore')}
          </Button>
        </Center>
      )}
      {items.length > 0 && (
        <Text size="xs" c="dimmed" mt="xs">
          {t('deliveries.kept')}
        </Text>
      )}
    </section>
  );
};
