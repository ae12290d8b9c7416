'use client';

import { Alert, Button, Skeleton, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconInfoCircle, IconPlus, IconRobot } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { EmptyState, ErrorState } from '../../components/state-views.tsx';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { AddKeyModal } from './add-key-modal.tsx';
import { ProviderKeyCard } from './provider-key-card.tsx';
import { Section } from './section.tsx';

export const ProviderKeysSettings = () => {
  const t = useTranslations('settings.keys');
  const trpc = useTRPC();
  const { slug, isOwner } = useWorkspace();
  const [opened, { open, close }] = useDisclosure(false);
  const query = useQuery(trpc.settings.providerKeys.list.queryOptions({ workspace: slug }));
  const add = isOwner ? (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      {t('add')}
    </Button>
  ) : null;
  return (
    <Section title={t('title')} description={t('description')} action={query.data?.length ? add : null}>
      {query.isError ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Skeleton height={160} radius="md" /> : null}
      {query.data?.length === 0 ? (
        <EmptyState icon={IconRobot} title={t('emptyTitle')} action={add}>
          {t('emptyText')}
        </EmptyState>
      ) : null}
      {query.data?.length ? (
        <Stack gap="sm">
          {query.data.map((key) => (
            <ProviderKeyCard key={key.id} providerKey={key} />
          ))}
        </Stack>
      ) : null}
      <Alert variant="light" color="gray" icon={<IconInfoCircle size={18} aria-hidden />}>
        {isOwner ? t('secrecy') : t('ownersOnly')}
      </Alert>
      <AddKeyModal opened={opened} onClose={close} />
    </Section>
  );
};
