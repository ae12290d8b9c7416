'use client';

import { ActionIcon, Code, Group, Table, Text, Tooltip } from '@mantine/core';
import { IconPencil, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useFormat } from '../../lib/use-format.ts';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import type { EditedPrice } from './model-price-modal.tsx';
import { useSettingsFeedback } from './use-settings-feedback.ts';

type Rate = { input: number; cachedInput: number; output: number };
type PriceRow = Rate & { model: string; list: Rate | null };

const KINDS = ['input', 'cachedInput', 'output'] as const;

type ModelPriceTableProps = {
  prices: PriceRow[];
  /** Absent for those who may only look. */
  onEdit: ((price: EditedPrice) => void) | undefined;
};

export const ModelPriceTable = ({ prices, onEdit }: ModelPriceTableProps) => {
  const t = useTranslations('settings.prices');
  const trpc = useTRPC();
  const format = useFormat();
  const { slug } = useWorkspace();
  const feedback = useSettingsFeedback();
  const remove = useMutation(
    trpc.settings.modelPrices.remove.mutationOptions({
      onSuccess: () => feedback.done(t('removed'), [trpc.settings.modelPrices.list.queryKey()]),
      onError: (error) => feedback.failed(error),
    }),
  );
  return (
    <Table.ScrollContainer minWidth={620}>
      <Table verticalSpacing="sm">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('model')}</Table.Th>
            {KINDS.map((kind) => (
              <Table.Th key={kind} ta="right">
                {t(kind)}
              </Table.Th>
            ))}
            <Table.Th aria-label={t('change')} />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {prices.map(({ model, list, ...rate }) => (
            <Table.Tr key={model}>
              <Table.Td>
                <Code>{model}</Code>
              </Table.Td>
              {KINDS.map((kind) => (
                <Table.Td key={kind} ta="right">
                  {format.cost(rate[kind])}
                  <Text size="xs" c="dimmed">
                    {list ? t('listPrice', { value: format.cost(list[kind]) }) : t('unknown')}
                  </Text>
                </Table.Td>
              ))}
              <Table.Td>
                {onEdit ? (
                  <Group gap={4} justify="flex-end" wrap="nowrap">
                    <Tooltip label={t('change')}>
                      <ActionIcon
                        variant="subtle"
                        color="gray"
                        aria-label={t('changeOf', { model })}
                        onClick={() => onEdit({ model, ...rate, isNew: false })}
                      >
                        <IconPencil size={17} stroke={1.7} />
                      </ActionIcon>
                    </Tooltip>
                    <Tooltip label={t('remove')}>
                      <ActionIcon
                        variant="subtle"
                        color="red"
                        aria-label={t('removeOf', { model })}
                        disabled={remove.isPending}
                        onClick={() => remove.mutate({ workspace: slug, model })}
                      >
                        <IconTrash size={17} stroke={1.7} />
                      </ActionIcon>
                    </Tooltip>
                  </Group>
                ) : null}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
};
