'use client';

import { Button, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../../trpc/client.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { SecretOnce } from './secret-once.tsx';
import { TOKEN_LIFETIMES, type TokenLifetime } from './token-lifetimes.ts';
import { useSettingsFeedback } from './use-settings-feedback.ts';

export const CreateTokenModal = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => {
  const t = useTranslations('settings.tokens');
  const common = useTranslations('common');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const feedback = useSettingsFeedback();
  const form = useForm<{ name: string; lifetime: TokenLifetime }>({
    initialValues: { name: '', lifetime: '90' },
    validate: { name: (value) => (value.trim() === '' ? t('nameMissing') : null) },
  });
  const create = useMutation(
    trpc.settings.apiTokens.create.mutationOptions({
      onSuccess: () => feedback.done(t('created'), [trpc.settings.apiTokens.list.queryKey()]),
      onError: (error) => feedback.failed(error),
    }),
  );
  const close = () => {
    onClose();
    form.reset();
    // The token leaves memory together with the window that showed it.
    create.reset();
  };

  return (
    <Modal opened={opened} onClose={close} title={t('create')} closeButtonProps={{ 'aria-label': common('close') }}>
      {create.data ? (
        <Stack gap="md">
          <SecretOnce value={create.data.token} label={create.data.name} warning={t('once')} />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {common('close')}
            </Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={form.onSubmit((values) => create.mutate({ workspace: slug, ...values }))} noValidate>
          <Stack gap="md">
            <TextInput
              label={t('name')}
              placeholder={t('namePlaceholder')}
              maxLength={60}
              required
              data-autofocus
              {...form.getInputProps('name')}
            />
            <Select
              label={t('expires')}
              data={TOKEN_LIFETIMES.map((days) => ({
                value: days,
                label: days === 'never' ? t('noExpiry') : t('days', { count: Number(days) }),
              }))}
              allowDeselect={false}
              {...form.getInputProps('lifetime')}
            />
            <Group justify="flex-end">
              <Button variant="default" onClick={close}>
                {common('cancel')}
              </Button>
              <Button type="submit" loading={create.isPending}>
                {t('create')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
};
