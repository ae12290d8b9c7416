'use client';

import { ActionIcon, Badge, Code, Table, Text, Tooltip } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useFormat } from '../../lib/use-format.ts';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { useSettingsFeedback } from './use-settings-feedback.ts';

export type ApiTokenRow = {
  id: string;
  name: string;
  lastFour: string;
  userName: string;
  createdAt: Date;
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  expired: boolean;
  /** The viewer made it, or owns the workspace. */
  canRevoke: boolean;
};

export const ApiTokenTable = ({ tokens }: { tokens: ApiTokenRow[] }) => {
  const t = useTranslations('settings.tokens');
  const common = useTranslations('common');
  const trpc = useTRPC();
  const format = useFormat();
  const { slug } = useWorkspace();
  const feedback = useSettingsFeedback();
  const revoke = useMutation(
    trpc.settings.apiTokens.revoke.mutationOptions({
      onSuccess: () => feedback.done(t('revoked'), [trpc.settings.apiTokens.list.queryKey()]),
      onError: (error) => feedback.failed(error),
    }),
  );
  const confirm = (token: ApiTokenRow) =>
    modals.openConfirmModal({
      title: t('revokeTitle', { name: token.name }),
      children: <Text size="sm">{t('revokeText')}</Text>,
      labels: { confirm: t('revoke'), cancel: common('cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () => revoke.mutate({ workspace: slug, id: token.id }),
    });

  return (
    <Table.ScrollContainer minWidth={620}>
      <Table verticalSpacing="sm" highlightOnHover>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('name')}</Table.Th>
            <Table.Th>{t('token')}</Table.Th>
            <Table.Th>{t('createdBy')}</Table.Th>
            <Table.Th>{t('lastUsed')}</Table.Th>
            <Table.Th>{t('expires')}</Table.Th>
            <Table.Th aria-label={t('revoke')} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {tokens.map((token) => (
            <Table.Tr key={token.id}>
              <Table.Td fw={500}>{token.name}</Table.Td>
              <Table.Td>
                <Code>…{token.lastFour}</Code>
              </Table.Td>
              <Table.Td>{token.userName}</Table.Td>
              <Table.Td>{token.lastUsedAt ? format.dateTime(token.lastUsedAt) : t('never')}</Table.Td>
              <Table.Td>
                {token.expired ? (
                  <Badge color="red">{t('expired')}</Badge>
                ) : token.expiresAt ? (
                  format.date(token.expiresAt)
                ) : (
                  t('noExpiry')
                )}
              </Table.Td>
              <Table.Td ta="right">
                {token.canRevoke ? (
                  <Tooltip label={t('revoke')}>
                    <ActionIcon
                      variant="subtle"
                      color="red"
                      aria-label={t('revokeName', { name: token.name })}
                      onClick={() => confirm(token)}
                    >
                      <IconTrash size={17} stroke={1.7} />
                    </ActionIcon>
                  </Tooltip>
                ) : null}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
};
