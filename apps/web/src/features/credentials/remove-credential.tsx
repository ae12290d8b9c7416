'use client';

import { List, Loader, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../../trpc/client.tsx';

/** What stops working when a credential goes. Shown in a window above the page, so it gets its workspace told. */
export const CredentialUsage = ({ slug, id }: { slug: string; id: string }) => {
  const t = useTranslations('credentials');
  const trpc = useTRPC();
  const usage = useQuery(trpc.credentials.usage.queryOptions({ workspace: slug, id }));
  if (usage.isPending) return <Loader size="sm" />;
  return (
    <Stack gap="xs">
      <Text size="sm">{usage.data?.length ? t('usedBy') : t('unused')}</Text>
      {usage.data?.length ? (
        <List size="sm">
          {usage.data.map((workflow) => (
            <List.Item key={workflow.id}>{workflow.name}</List.Item>
          ))}
        </List>
      ) : null}
      <Text size="sm">{t('removeText')}</Text>
    </Stack>
  );
};
