'use client';

import { Modal, Text } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { SampleGallery } from './sample-gallery.tsx';

export const SamplesModal = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => {
  const t = useTranslations('workflows');
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('samplesTitle')}
      size="xl"
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Text size="sm" c="dimmed" mb="md">
        {t('samplesText')}
      </Text>
      <SampleGallery />
    </Modal>
  );
};
