'use client';

import { ActionIcon, Menu, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { IconDots, IconKey, IconListDetails, IconPencil, IconTrash } from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { SecretModal } from './secret-modal.tsx';
import type { WebhookView } from './trigger-view.ts';
import { useTriggerActions } from './use-trigger-actions.ts';
import { WebhookModal } from './webhook-modal.tsx';

export const WebhookMenu = ({ webhook }: { webhook: WebhookView }) => {
  const t = useTranslations('triggers');
  const common = useTranslations('common');
  const { slug } = useWorkspace();
  const { rotateSecret, removeWebhook } = useTriggerActions();
  const [editing, edit] = useDisclosure(false);
  const { id, name, workflow, signed } = webhook;

  const confirmRotate = () =>
    modals.openConfirmModal({
      title: t('webhook.rotateTitle', { name }),
      children: <Text size="sm">{t('webhook.rotateText')}</Text>,
      labels: { confirm: t('webhook.rotate'), cancel: common('cancel') },
      onConfirm: () => rotateSecret.mutate({ workspace: slug, id }),
    });
  const confirmRemove = () =>
    modals.openConfirmModal({
      title: t('webhook.removeTitle', { name }),
      children: <Text size="sm">{t('webhook.removeText')}</Text>,
      labels: { confirm: t('remove'), cancel: common('cancel') },
      confirmProps: { color: 'red' },
      onConfirm: () => removeWebhook.mutate({ workspace: slug, id }),
    });
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('actionsOf', { name })}
            loading={rotateSecret.isPending}
          >
            <IconDots size={18} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={16} />} onClick={edit.open}>
            {t('edit')}
          </Menu.Item>
          {signed && (
            <Menu.Item leftSection={<IconKey size={16} />} onClick={confirmRotate}>
              {t('webhook.rotateDots')}
            </Menu.Item>
          )}
          <Menu.Item
            component={Link}
            href={`/w/${slug}/executions?workflow=${workflow.id}&trigger=webhook`}
            leftSection={<IconListDetails size={16} />}
          >
            {t('showExecutions')}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={confirmRemove}>
            {t('removeDots')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <WebhookModal opened={editing} onClose={edit.close} webhook={webhook} workflowId={workflow.id} />
      <SecretModal
        made={rotateSecret.data}
        workflowId={workflow.id}
        // The secret leaves memory together with the window that showed it.
        onClose={rotateSecret.reset}
      />
    </>
  );
};
