'use client';

import { IconWebhook } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { TriggerList } from './trigger-list.tsx';
import { WebhookCard } from './webhook-card.tsx';

/** When each was last called moves on by itself, in ms. */
const REFRESH_MS = 10_000;

type ListProps = { workflowId: string | undefined; onCreate?: (() => void) | undefined };

export const WebhookList = ({ workflowId, onCreate }: ListProps) => {
  const t = useTranslations('triggers.webhook');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const query = useInfiniteQuery(
    trpc.triggers.webhooks.list.infiniteQueryOptions(
      { workspace: slug, workflowId },
      { getNextPageParam: (page) => page.nextCursor, refetchInterval: REFRESH_MS },
    ),
  );
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const empty = { icon: IconWebhook, title: t('emptyTitle'), text: t('emptyText'), action: t('new') };
  return (
    <TriggerList query={query} count={items.length} empty={empty} onCreate={onCreate}>
      {items.map((webhook) => (
        <WebhookCard key={webhook.id} webhook={webhook} />
      ))}
    </TriggerList>
  );
};
