'use client';

import { Button, Group, Modal, NumberInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { type KeyLimits, MAX_CALLS_PER_MINUTE, MAX_CONCURRENT_CALLS } from './key-limits.ts';
import { useSettingsFeedback } from './use-settings-feedback.ts';

type KeyLimitsModalProps = {
  providerKey: { id: string; label: string } & KeyLimits;
  opened: boolean;
  onClose: () => void;
};

export const KeyLimitsModal = ({ providerKey, opened, onClose }: KeyLimitsModalProps) => {
  const t = useTranslations('settings.keys');
  const common = useTranslations('common');
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('limitsTitle', { name: providerKey.label })}
      closeButtonProps={{ 'aria-label': common('close') }}
    >
      {/* Opened anew, it shows what is stored. */}
      <KeyLimitsForm providerKey={providerKey} onClose={onClose} />
    </Modal>
  );
};

const KeyLimitsForm = ({ providerKey, onClose }: Omit<KeyLimitsModalProps, 'opened'>) => {
  const t = useTranslations('settings.keys');
  const common = useTranslations('common');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const feedback = useSettingsFeedback();
  const { id, maxConcurrentCalls, maxCallsPerMinute } = providerKey;
  const form = useForm<KeyLimits>({ initialValues: { maxConcurrentCalls, maxCallsPerMinute } });
  const limit = useMutation(
    trpc.settings.providerKeys.limit.mutationOptions({
      onSuccess: async () => {
        onClose();
        await feedback.done(t('limitsSaved'), [trpc.settings.providerKeys.list.queryKey()]);
      },
      onError: (error) => feedback.failed(error),
    }),
  );
  const fieldOf = (name: keyof KeyLimits, max: number) => ({
    label: t(name),
    description: t(`${name}Text`),
    placeholder: t('noLimit'),
    min: 1,
    max,
    allowDecimal: false,
    allowNegative: false,
    thousandSeparator: true,
    ...form.getInputProps(name),
    value: form.values[name] ?? '',
    onChange: (value: string | number) => form.setFieldValue(name, value === '' ? null : Number(value)),
  });

  return (
    <form onSubmit={form.onSubmit((limits) => limit.mutate({ workspace: slug, id, ...limits }))} noValidate>
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {t('limitsText')}
        </Text>
        <NumberInput data-autofocus {...fieldOf('maxConcurrentCalls', MAX_CONCURRENT_CALLS)} />
        <NumberInput {...fieldOf('maxCallsPerMinute', MAX_CALLS_PER_MINUTE)} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {common('cancel')}
          </Button>
          <Button type="submit" loading={limit.isPending} disabled={!form.isDirty()}>
            {common('save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};
