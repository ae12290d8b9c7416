'use client';

import { ActionIcon, Button, Group, Menu, Text } from '@mantine/core';
import { useClipboard, useDisclosure } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import {
  IconBan,
  IconChevronDown,
  IconCopy,
  IconDots,
  IconLink,
  IconPencil,
  IconRefresh,
  IconSitemap,
  IconTrash,
} from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { useTRPC } from '../../../trpc/client.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { type ExecutionDetail, type ExecutionHead, isFinished } from '../execution-view.ts';
import { RerunModal } from './rerun-modal.tsx';

export const ExecutionActions = ({ detail, head }: { detail: ExecutionDetail; head: ExecutionHead }) => {
  const t = useTranslations('executions.action');
  const trpc = useTRPC();
  const router = useRouter();
  const queryClient = useQueryClient();
  const errorText = useErrorText();
  const { slug, canEdit } = useWorkspace();
  const clipboard = useClipboard();
  const [editing, edit] = useDisclosure(false);
  const target = { workspace: slug, executionId: detail.id };
  const finished = isFinished(head.status);

  const onError = (error: unknown) => notifications.show({ color: 'red', message: errorText(error) });
  const cancel = useMutation(trpc.executions.cancel.mutationOptions({ onError }));
  const rerun = useMutation(
    trpc.executions.rerun.mutationOptions({
      onSuccess: ({ id }) => router.push(`/w/${slug}/executions/${id}`),
      onError,
    }),
  );
  const remove = useMutation(
    trpc.executions.delete.mutationOptions({
      onSuccess: async () => {
        await queryClient.invalidateQueries({ queryKey: trpc.executions.list.pathKey() });
        notifications.show({ message: t('deleted') });
        router.push(`/w/${slug}/executions`);
      },
      onError,
    }),
  );

  const copy = (text: string, message: string) => {
    clipboard.copy(text);
    notifications.show({ message, autoClose: 2_000 });
  };
  const confirmDelete = () =>
    modals.openConfirmModal({
      title: t('deleteTitle'),
      children: <Text size="sm">{t('deleteText')}</Text>,
      labels: { confirm: t('delete'), cancel: t('keep') },
      confirmProps: { color: 'red' },
      onConfirm: () => remove.mutate(target),
    });
  const cancelling = cancel.isPending || (head.cancelRequestedAt !== null && !finished);

  return (
    <Group gap="xs">
      {!finished && canEdit && (
        <Button
          variant="light"
          color="red"
          leftSection={<IconBan size={16} />}
          loading={cancel.isPending}
          disabled={cancelling}
          onClick={() => cancel.mutate(target)}
        >
          {cancelling ? t('cancelling') : t('cancel')}
        </Button>
      )}
      <Button
        component={Link}
        href={`/w/${slug}/workflows/${detail.workflow.id}`}
        variant="default"
        leftSection={<IconSitemap size={16} />}
      >
        {t('openInBuilder')}
      </Button>
      {canEdit && (
        <Button.Group>
          <Button
            leftSection={<IconRefresh size={16} />}
            variant={finished ? 'filled' : 'default'}
            loading={rerun.isPending}
            onClick={() => rerun.mutate(target)}
          >
            {t('rerun')}
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button px={8} variant={finished ? 'filled' : 'default'} aria-label={t('rerunOptions')}>
                <IconChevronDown size={16} />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => rerun.mutate(target)}>
                {t('rerunSame')}
              </Menu.Item>
              <Menu.Item leftSection={<IconPencil size={16} />} onClick={edit.open}>
                {t('rerunEdited')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </Button.Group>
      )}
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" size={36} aria-label={t('more')}>
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconCopy size={16} />} onClick={() => copy(detail.id, t('idCopied'))}>
            {t('copyId')}
          </Menu.Item>
          <Menu.Item leftSection={<IconLink size={16} />} onClick={() => copy(window.location.href, t('linkCopied'))}>
            {t('copyLink')}
          </Menu.Item>
          {canEdit && (
            <>
              <Menu.Divider />
              <Menu.Item color="red" leftSection={<IconTrash size={16} />} disabled={!finished} onClick={confirmDelete}>
                {finished ? t('delete') : t('deleteWhenFinished')}
              </Menu.Item>
            </>
          )}
        </Menu.Dropdown>
      </Menu>
      <RerunModal executionId={detail.id} opened={editing} onClose={edit.close} />
    </Group>
  );
};
