'use client';

import { Button, Skeleton, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { ErrorState } from '../../components/state-views.tsx';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { type EditedPrice, ModelPriceModal, NEW_PRICE } from './model-price-modal.tsx';
import { ModelPriceTable } from './model-price-table.tsx';
import { Section } from './section.tsx';

/** What the workspace pays for models, where that is not the list price. */
export const ModelPricesSettings = () => {
  const t = useTranslations('settings.prices');
  const trpc = useTRPC();
  const { slug, isOwner } = useWorkspace();
  const [edited, setEdited] = useState<EditedPrice | null>(null);
  const query = useQuery(trpc.settings.modelPrices.list.queryOptions({ workspace: slug }));
  const add = isOwner ? (
    <Button variant="default" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setEdited(NEW_PRICE)}>
      {t('add')}
    </Button>
  ) : null;
  return (
    <Section title={t('title')} description={t('description')} action={add}>
      {query.isError ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Skeleton height={60} radius="md" /> : null}
      {query.data?.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('none')} {isOwner ? '' : t('ownersOnly')}
        </Text>
      ) : null}
      {query.data?.length ? <ModelPriceTable prices={query.data} onEdit={isOwner ? setEdited : undefined} /> : null}
      {edited ? <ModelPriceModal price={edited} onClose={() => setEdited(null)} /> : null}
    </Section>
  );
};
