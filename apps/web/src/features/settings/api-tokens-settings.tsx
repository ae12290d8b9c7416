'use client';

import { Anchor, Button, Code, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useDisclosure, useMounted } from '@mantine/hooks';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { EmptyState, ErrorState } from '../../components/state-views.tsx';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { ApiTokenTable } from './api-token-table.tsx';
import { CreateTokenModal } from './create-token-modal.tsx';
import { Section } from './section.tsx';

export const ApiTokensSettings = () => {
  const t = useTranslations('settings.tokens');
  const trpc = useTRPC();
  const { slug, canEdit } = useWorkspace();
  // Only the browser knows under which address it came.
  const origin = useMounted() ? window.location.origin : '';
  const [opened, { open, close }] = useDisclosure(false);
  const query = useQuery(trpc.settings.apiTokens.list.queryOptions({ workspace: slug }));

  const create = canEdit ? (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={open}>
      {t('create')}
    </Button>
  ) : null;
  return (
    <Stack gap="lg">
      <Section title={t('title')} description={t('description')} action={query.data?.length ? create : null}>
        {query.isError ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
        {query.isPending ? <Skeleton height={160} radius="md" /> : null}
        {query.data?.length === 0 ? (
          <EmptyState icon={IconKey} title={t('emptyTitle')} action={create}>
            {t('emptyText')}
          </EmptyState>
        ) : null}
        {query.data?.length ? <ApiTokenTable tokens={query.data} /> : null}
      </Section>
      <Section title={t('usageTitle')} description={t('usageText')}>
        <Code block>{`curl ${origin}/api/v1/workflows \\
  -H "Authorization: Bearer <token>"`}</Code>
        <Group>
          <Text size="sm">
            <Anchor href="/api/v1/openapi.json" target="_blank" rel="noreferrer">
              /api/v1/openapi.json
            </Anchor>
          </Text>
        </Group>
      </Section>
      <CreateTokenModal opened={opened} onClose={close} />
    </Stack>
  );
};
