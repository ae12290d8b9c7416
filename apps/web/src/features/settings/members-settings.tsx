'use client';

import { Button, Skeleton, Stack } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconUserPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { ErrorState } from '../../components/state-views.tsx';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { InvitationTable } from './invitation-table.tsx';
import { InviteModal } from './invite-modal.tsx';
import { MemberTable } from './member-table.tsx';
import { Section } from './section.tsx';

export const MembersSettings = () => {
  const t = useTranslations('settings.members');
  const trpc = useTRPC();
  const { slug, isOwner } = useWorkspace();
  const [opened, { open, close }] = useDisclosure(false);
  const query = useQuery(trpc.settings.members.list.queryOptions({ workspace: slug }));
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <Skeleton height={240} radius="md" />;
  const { members, invitations } = query.data;
  return (
    <Stack gap="lg">
      <Section
        title={t('title')}
        description={t('description')}
        action={
          isOwner ? (
            <Button leftSection={<IconUserPlus size={16} aria-hidden />} onClick={open}>
              {t('invite')}
            </Button>
          ) : null
        }
      >
        <MemberTable members={members} />
      </Section>
      {invitations.length > 0 ? (
        <Section title={t('invitations')}>
          <InvitationTable invitations={invitations} />
        </Section>
      ) : null}
      <InviteModal opened={opened} onClose={close} />
    </Stack>
  );
};
