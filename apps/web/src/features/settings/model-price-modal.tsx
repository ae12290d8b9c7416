'use client';

import { PROVIDERS } from '@agentweaver/core/models/catalog';
import { Autocomplete, Button, Group, Modal, NumberInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { isPricedModel } from './priced-model.ts';
import { useSettingsFeedback } from './use-settings-feedback.ts';

/** A field that is not filled in yet is `''`: 0 is a price. */
type Price = number | '';
export type EditedPrice = { model: string; input: Price; cachedInput: Price; output: Price; isNew: boolean };

export const NEW_PRICE: EditedPrice = { model: '', input: '', cachedInput: '', output: '', isNew: true };

const KNOWN_MODELS = Object.values(PROVIDERS).flatMap(({ id, models }) =>
  id === 'demo' ? [] : models.map((model) => model.id),
);
const KINDS = ['input', 'cachedInput', 'output'] as const;

export const ModelPriceModal = ({ price, onClose }: { price: EditedPrice; onClose: () => void }) => {
  const t = useTranslations('settings.prices');
  const common = useTranslations('common');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const feedback = useSettingsFeedback();
  const { isNew, ...initialValues } = price;
  const needed = (value: Price) => (value === '' ? t('priceNeeded') : null);
  const form = useForm({
    initialValues,
    validate: {
      model: (value) => (isPricedModel(value.trim()) ? null : t('badModel')),
      input: needed,
      cachedInput: needed,
      output: needed,
    },
  });
  const save = useMutation(
    trpc.settings.modelPrices.set.mutationOptions({
      onSuccess: async () => {
        onClose();
        await feedback.done(t('saved'), [trpc.settings.modelPrices.list.queryKey()]);
      },
      onError: (error) => feedback.failed(error),
    }),
  );
  return (
    <Modal
      opened
      onClose={onClose}
      title={isNew ? t('add') : t('change')}
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      <form
        noValidate
        onSubmit={form.onSubmit(({ model, input, cachedInput, output }) =>
          save.mutate({
            workspace: slug,
            model: model.trim(),
            input: Number(input),
            cachedInput: Number(cachedInput),
            output: Number(output),
          }),
        )}
      >
        <Stack gap="md">
          <Autocomplete
            label={t('model')}
            description={t('modelText')}
            placeholder="openai_compatible/llama3.1"
            data={KNOWN_MODELS}
            maxLength={200}
            required
            readOnly={!isNew}
            data-autofocus={isNew || undefined}
            // The list would cover the rest of the form as soon as that opens.
            openOnFocus={false}
            {...form.getInputProps('model')}
          />
          <Group grow align="flex-start">
            {KINDS.map((kind) => (
              <NumberInput
                key={kind}
                label={t(kind)}
                prefix="$"
                min={0}
                max={100_000}
                decimalScale={6}
                required
                {...form.getInputProps(kind)}
                onChange={(value) => form.setFieldValue(kind, value === '' ? '' : Number(value))}
              />
            ))}
          </Group>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {common('cancel')}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {t('save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
