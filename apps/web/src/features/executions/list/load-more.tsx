'use client';

import { Button, Center } from '@mantine/core';
import { useIntersection } from '@mantine/hooks';
import { useTranslations } from 'next-intl';
import { useEffect } from 'react';

/** Loads the next page when scrolled to; a button as well, for keyboards. */
export const LoadMore = ({ hasMore, loading, onLoad }: { hasMore: boolean; loading: boolean; onLoad: () => void }) => {
  const t = useTranslations('executions');
  const { ref, entry } = useIntersection({ rootMargin: '300px' });
  const near = entry?.isIntersecting ?? false;
  // biome-ignore lint/correctness/useExhaustiveDependencies: onLoad is new on every render; what matters is that the end came near.
  useEffect(() => {
    if (near && hasMore && !loading) onLoad();
  }, [near, hasMore, loading]);
  if (!hasMore) return null;
  return (
    <Center ref={ref}>
      <Button variant="default" loading={loading} onClick={onLoad}>
        {t('list.loadMore')}
      </Button>
    </Center>
  );
};
