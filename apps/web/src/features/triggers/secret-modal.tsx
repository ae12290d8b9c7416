'use client';

import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { SecretOnce } from '../settings/secret-once.tsx';
import { CallExample } from './call-example.tsx';

export type MadeWebhook = { name: string; path: string; secret: string | null };

/** A webhook that is ready: its address, its secret for this once, and how to call it. */
export const WebhookReady = ({
  made,
  workflowId,
  onClose,
}: {
  made: MadeWebhook;
  workflowId: string;
  onClose: () => void;
}) => {
  const t = useTranslations('triggers.webhook');
  const common = useTranslations('common');
  return (
    <Stack gap="md">
      {made.secret === null ? (
        <Text size="sm">{t('unsignedHint')}</Text>
      ) : (
        <SecretOnce value={made.secret} label={t('secret')} warning={t('secretOnce')} />
      )}
      <CallExample path={made.path} signed={made.secret !== null} workflowId={workflowId} />
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {common('close')}
        </Button>
      </Group>
    </Stack>
  );
};

export const SecretModal = ({
  made,
  workflowId,
  onClose,
}: {
  made: MadeWebhook | undefined;
  workflowId: string;
  onClose: () => void;
}) => {
  const t = useTranslations('triggers.webhook');
  const common = useTranslations('common');
  return (
    <Modal
      opened={made !== undefined}
      onClose={onClose}
      title={t('newSecret', { name: made?.name ?? '' })}
      size="lg"
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      {made && <WebhookReady made={made} workflowId={workflowId} onClose={onClose} />}
    </Modal>
  );
};
