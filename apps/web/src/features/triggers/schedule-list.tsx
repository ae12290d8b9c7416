'use client';

import { IconCalendarTime } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { ScheduleCard } from './schedule-card.tsx';
import { TriggerList } from './trigger-list.tsx';

/** Times and last starts move on by themselves, in ms. */
const REFRESH_MS = 10_000;

type ListProps = { workflowId: string | undefined; onCreate?: (() => void) | undefined };

export const ScheduleList = ({ workflowId, onCreate }: ListProps) => {
  const t = useTranslations('triggers.schedule');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const query = useInfiniteQuery(
    trpc.triggers.schedules.list.infiniteQueryOptions(
      { workspace: slug, workflowId },
      { getNextPageParam: (page) => page.nextCursor, refetchInterval: REFRESH_MS },
    ),
  );
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const empty = { icon: IconCalendarTime, title: t('emptyTitle'), text: t('emptyText'), action: t('new') };
  return (
    <TriggerList query={query} count={items.length} empty={empty} onCreate={onCreate}>
      {items.map((schedule) => (
        <ScheduleCard key={schedule.id} schedule={schedule} />
      ))}
    </TriggerList>
  );
};
