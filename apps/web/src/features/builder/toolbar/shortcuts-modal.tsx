'use client';

import { Group, Kbd, Modal, Table, Text } from '@mantine/core';
import { useOs } from '@mantine/hooks';
import { useTranslations } from 'next-intl';
import { SHORTCUTS } from './shortcuts.ts';

export const ShortcutsModal = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => {
  const t = useTranslations('builder.shortcuts');
  const os = useOs();
  const mod = os === 'macos' || os === 'ios' ? '⌘' : 'Ctrl';
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('title')}
      size="md"
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <Table verticalSpacing={6} withRowBorders={false}>
        <Table.Tbody>
          {SHORTCUTS.map(({ name, keys }) => (
            <Table.Tr key={name}>
              <Table.Td>{t(`names.${name}`)}</Table.Td>
              <Table.Td>
                <Group gap={6} justify="flex-end" wrap="nowrap">
                  {keys.map((chord, index) => (
                    <Group key={chord.join()} gap={3} wrap="nowrap">
                      {index > 0 && (
                        <Text size="xs" c="dimmed" mx={2}>
                          {t('or')}
                        </Text>
                      )}
                      {chord.map((key, position) => (
                        // biome-ignore lint/suspicious/noArrayIndexKey: a chord may hold one key twice
                        <Kbd key={position} size="xs">
                          {key === 'mod' ? mod : key}
                        </Kbd>
                      ))}
                    </Group>
                  ))}
                </Group>
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
};
