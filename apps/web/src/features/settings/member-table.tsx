'use client';

import { ActionIcon, Avatar, Badge, Group, Select, Table, Text, Tooltip } from '@mantine/core';
import { modals } from '@mantine/modals';
import { IconDoorExit, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useFormat } from '../../lib/use-format.ts';
import { useTRPC } from '../../trpc/client.tsx';
import { ROLES, type WorkspaceRole } from '../workspace/roles.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { useSettingsFeedback } from './use-settings-feedback.ts';

export type MemberRow = {
  userId: string;
  name: string;
  email: string;
  role: WorkspaceRole;
  joinedAt: Date;
  isYou: boolean;
  /** The only owner can neither leave nor become less. */
  isLastOwner: boolean;
};

export const MemberTable = ({ members }: { members: MemberRow[] }) => {
  const t = useTranslations('settings.members');
  const common = useTranslations('common');
  const trpc = useTRPC();
  const format = useFormat();
  const { slug, isOwner } = useWorkspace();
  const feedback = useSettingsFeedback();
  const texts = { conflict: t('lastOwner') };
  const lists = [trpc.settings.members.list.queryKey()];
  const setRole = useMutation(
    trpc.settings.members.setRole.mutationOptions({
      onSuccess: () => feedback.done(t('roleChanged'), lists),
      onError: (error) => feedback.failed(error, texts),
    }),
  );
  const remove = useMutation(
    trpc.settings.members.remove.mutationOptions({
      onSuccess: (_, { userId }) => {
        // Whoever left sees this workspace no longer.
        if (members.find((member) => member.userId === userId)?.isYou) return window.location.assign('/');
        return feedback.done(t('removed'), lists);
      },
      onError: (error) => feedback.failed(error, texts),
    }),
  );
  const confirm = (member: MemberRow) =>
    modals.openConfirmModal({
      title: member.isYou ? t('leaveTitle') : t('removeTitle', { name: member.name }),
      children: <Text size="sm">{member.isYou ? t('leaveText') : t('removeText')}</Text>,
      labels: { confirm: member.isYou ? t('leave') : common('remove'), cancel: common('cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate({ workspace: slug, userId: member.userId }),
    });

  return (
    <Table.ScrollContainer minWidth={560}>
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('member')}</Table.Th>
            <Table.Th w={150}>{t('role')}</Table.Th>
            <Table.Th>{t('joined')}</Table.Th>
            <Table.Th aria-label={common('remove')} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {members.map((member) => (
            <Table.Tr key={member.userId}>
              <Table.Td>
                <Group gap="sm" wrap="nowrap">
                  <Avatar size={32} radius="xl" color="thread" name={member.name} />
                  <div>
                    <Group gap={6}>
                      <Text size="sm" fw={500}>
                        {member.name}
                      </Text>
                      {member.isYou ? (
                        <Badge size="xs" variant="light">
                          {t('you')}
                        </Badge>
                      ) : null}
                    </Group>
                    <Text size="xs" c="dimmed">
                      {member.email}
                    </Text>
                  </div>
                </Group>
              </Table.Td>
              <Table.Td>
                <Select
                  size="xs"
                  aria-label={t('roleOf', { name: member.name })}
                  data={ROLES.map((role) => ({ value: role, label: t(`roles.${role}`) }))}
                  value={member.role}
                  allowDeselect={false}
                  disabled={!isOwner || member.isLastOwner || setRole.isPending}
                  onChange={(role) => {
                    const chosen = ROLES.find((candidate) => candidate === role);
                    if (chosen && chosen !== member.role)
                      setRole.mutate({ workspace: slug, userId: member.userId, role: chosen });
                  }}
                />
              </Table.Td>
              <Table.Td>{format.date(member.joinedAt)}</Table.Td>
              <Table.Td ta="right">
                {(isOwner || member.isYou) && !member.isLastOwner ? (
                  <Tooltip label={member.isYou ? t('leave') : common('remove')}>
                    <ActionIcon
                      variant="subtle"
                      color="red"
                      aria-label={member.isYou ? t('leave') : t('removeTitle', { name: member.name })}
                      onClick={() => confirm(member)}
                    >
                      {member.isYou ? <IconDoorExit size={17} stroke={1.7} /> : <IconTrash size={17} stroke={1.7} />}
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
