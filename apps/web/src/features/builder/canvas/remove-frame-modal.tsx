'use client';

import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useBuilder, useBuilderState } from '../state/builder-context.tsx';
import type { Items } from '../state/builder-store.ts';

const Question = ({ items }: { items: Items }) => {
  const t = useTranslations('builder.removeFrame');
  const { editor, store } = useBuilder();
  const nodes = useBuilderState((state) => state.nodes);
  const names = nodes
    .filter((node) => items.nodeIds.includes(node.id) && node.data.least)
    .map((node) => node.data.step.name);
  const inside = nodes.filter((node) => {
    let parent = node.parentId;
    while (parent !== undefined) {
      if (items.nodeIds.includes(parent)) return true;
      parent = nodes.find((one) => one.id === parent)?.parentId;
    }
    return false;
  }).length;
  const answer = (keep: boolean) => {
    store.getState().askRemoval(null);
    if (keep) editor.removeFrames(items);
    else editor.remove(items);
  };
  return (
    <Stack gap="md">
      <Text size="sm">{t('text', { name: names[0] ?? '', count: inside })}</Text>
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={() => store.getState().askRemoval(null)}>
          {t('cancel')}
        </Button>
        <Button variant="light" onClick={() => answer(true)} data-autofocus>
          {t('keep')}
        </Button>
        <Button color="red" onClick={() => answer(false)}>
          {t('remove')}
        </Button>
      </Group>
    </Stack>
  );
};

/** Asked when a container or group goes that still holds steps. */
export const RemoveFrameModal = () => {
  const t = useTranslations('builder.removeFrame');
  const { store } = useBuilder();
  const removal = useBuilderState((state) => state.removal);
  return (
    <Modal
      opened={removal !== null}
      onClose={() => store.getState().askRemoval(null)}
      title={t('title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('cancel') }}
    >
      {removal && <Question items={removal} />}
    </Modal>
  );
};
