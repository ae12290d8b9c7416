'use client';

import { Modal } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { CallExample, type ExampleCall } from './call-example.tsx';

type CallExampleModalProps = { opened: boolean; onClose: () => void; name: string; call: ExampleCall };

export const CallExampleModal = ({ opened, onClose, name, call }: CallExampleModalProps) => {
  const t = useTranslations('triggers.webhook');
  const common = useTranslations('common');
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('howToTitle', { name })}
      size="lg"
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      <CallExample {...call} />
    </Modal>
  );
};
