'use client';

import { Badge } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useOpenWaits } from './use-open-waits.ts';

/** How many questions wait; nothing when there are none. */
export const OpenWaitsBadge = () => {
  const t = useTranslations('executions.inbox');
  const count = useOpenWaits().data?.length ?? 0;
  if (count === 0) return null;
  return (
    <Badge size="sm" circle={count < 10} color="yellow" variant="filled" ml="auto" aria-label={t('waiting', { count })}>
      {count}
    </Badge>
  );
};
