'use client';

import { Button, Table } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useFormat } from '../../lib/use-format.ts';
import { useTRPC } from '../../trpc/client.tsx';
import type { WorkspaceRole } from '../workspace/roles.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { useSettingsFeedback } from './use-settings-feedback.ts';

export type InvitationRow = { id: string; email: string; role: WorkspaceRole; expiresAt: Date };

export const InvitationTable = ({ invitations }: { invitations: InvitationRow[] }) => {
  const t = useTranslations('settings.members');
  const trpc = useTRPC();
  const format = useFormat();
  const { slug, isOwner } = useWorkspace();
  const feedback = useSettingsFeedback();
  const withdraw = useMutation(
    trpc.settings.members.withdrawInvitation.mutationOptions({
      onSuccess: () => feedback.done(t('withdrawn'), [trpc.settings.members.list.queryKey()]),
      onError: (error) => feedback.failed(error),
    }),
  );
  return (
    <Table.ScrollContainer minWidth={520}>
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('email')}</Table.Th>
            <Table.Th>{t('role')}</Table.Th>
            <Table.Th>{t('expires')}</Table.Th>
            <Table.Th aria-label={t('withdraw')} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {invitations.map((invitation) => (
            <Table.Tr key={invitation.id}>
              <Table.Td>{invitation.email}</Table.Td>
              <Table.Td>{t(`roles.${invitation.role}`)}</Table.Td>
              <Table.Td>{format.date(invitation.expiresAt)}</Table.Td>
              <Table.Td ta="right">
                {isOwner ? (
                  <Button
                    size="compact-sm"
                    variant="subtle"
                    color="red"
                    loading={withdraw.isPending && withdraw.variables.id === invitation.id}
                    onClick={() => withdraw.mutate({ workspace: slug, id: invitation.id })}
                  >
                    {t('withdraw')}
                  </Button>
                ) : null}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
};
