'use client';

import { Alert, Button, Skeleton, Stack } from '@mantine/core';
import { IconInfoCircle, IconLock, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { EmptyState, ErrorState } from '../../components/state-views.tsx';
import { useTRPC } from '../../trpc/client.tsx';
import { Section } from '../settings/section.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { CredentialCard } from './credential-card.tsx';
import type { CredentialRow } from './credential-form.ts';
import { CredentialModal } from './credential-modal.tsx';
import { OAuthOutcome } from './oauth-outcome.tsx';

export const CredentialsSettings = () => {
  const t = useTranslations('credentials');
  const trpc = useTRPC();
  const { slug, isOwner } = useWorkspace();
  const [open, setOpen] = useState<'new' | CredentialRow>();
  const query = useQuery(trpc.credentials.list.queryOptions({ workspace: slug }));
  const credentials = query.data?.credentials ?? [];
  const add = isOwner ? (
    <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setOpen('new')}>
      {t('add')}
    </Button>
  ) : null;
  return (
    <Section title={t('title')} description={t('description')} action={credentials.length > 0 ? add : null}>
      <OAuthOutcome />
      {query.isError ? <ErrorState error={query.error} onRetry={() => void query.refetch()} /> : null}
      {query.isPending ? <Skeleton height={160} radius="md" /> : null}
      {query.data && credentials.length === 0 ? (
        <EmptyState icon={IconLock} title={t('emptyTitle')} action={add}>
          {t('emptyText')}
        </EmptyState>
      ) : null}
      {credentials.length > 0 ? (
        <Stack gap="sm">
          {credentials.map((credential) => (
            <CredentialCard key={credential.id} credential={credential} onChange={() => setOpen(credential)} />
          ))}
        </Stack>
      ) : null}
      <Alert variant="light" color="gray" icon={<IconInfoCircle size={18} aria-hidden />}>
        {isOwner ? t('secrecy') : t('ownersOnly')}
      </Alert>
      {open ? (
        <CredentialModal
          {...(open === 'new' ? {} : { credential: open })}
          redirectUri={query.data?.redirectUri ?? ''}
          onClose={() => setOpen(undefined)}
        />
      ) : null}
    </Section>
  );
};
