'use client';

import { Anchor, Button, Group, Modal, PasswordInput, Select, Stack, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useTRPC } from '../../trpc/client.tsx';
import { publicErrorOf } from '../../trpc/public-error.ts';
import { useWorkspace } from '../workspace/use-workspace.ts';
import { PROVIDERS, type ProviderName, providerKeysUrl, providerTitle } from './provider-names.ts';
import { useSettingsFeedback } from './use-settings-feedback.ts';

type KeyValues = { provider: ProviderName; label: string; apiKey: string; baseUrl: string; models: string[] };

const isHttpUrl = (value: string): boolean => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol);

export const AddKeyModal = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => {
  const t = useTranslations('settings.keys');
  const common = useTranslations('common');
  const trpc = useTRPC();
  const { slug } = useWorkspace();
  const feedback = useSettingsFeedback();
  const form = useForm<KeyValues>({
    initialValues: { provider: 'anthropic', label: '', apiKey: '', baseUrl: '', models: [] },
    validate: {
      apiKey: (value, { provider }) =>
        provider !== 'openai_compatible' && value.trim().length < 8 ? t('keyMissing') : null,
      baseUrl: (value, { provider }) =>
        provider === 'openai_compatible' && !isHttpUrl(value.trim()) ? t('baseUrlMissing') : null,
    },
  });
  const lists = [trpc.settings.providerKeys.list.queryKey(), trpc.settings.systemStatus.queryKey()];
  const add = useMutation(
    trpc.settings.providerKeys.add.mutationOptions({
      onSuccess: async (saved) => {
        close();
        await feedback.done(saved.testError ? t('addedUntested') : t('added'), lists);
      },
      onError: (error) => {
        for (const { field, message } of publicErrorOf(error)?.problems ?? []) {
          form.setFieldError(field, t.has(`problems.${message}`) ? t(`problems.${message}`) : message);
        }
        feedback.failed(error, { conflict: t('labelTaken') });
      },
    }),
  );
  const close = () => {
    onClose();
    // The key leaves memory with the window.
    form.reset();
    add.reset();
  };
  const isEndpoint = form.values.provider === 'openai_compatible';

  return (
    <Modal opened={opened} onClose={close} title={t('add')} closeButtonProps={{ 'aria-label': common('close') }}>
      <form
        onSubmit={form.onSubmit((values) => add.mutate({ workspace: slug, ...values }))}
        noValidate
        autoComplete="off"
      >
        <Stack gap="md">
          <Select
            label={t('provider')}
            data={PROVIDERS.map((provider) => ({ value: provider, label: providerTitle(provider) }))}
            allowDeselect={false}
            data-autofocus
            {...form.getInputProps('provider')}
          />
          {isEndpoint ? (
            <TextInput
              label={t('baseUrl')}
              description={t('baseUrlText')}
              placeholder="https://models.example.com/v1"
              required
              {...form.getInputProps('baseUrl')}
            />
          ) : null}
          <PasswordInput
            label={t('apiKey')}
            description={
              isEndpoint ? (
                t('apiKeyOptional')
              ) : (
                <Anchor href={providerKeysUrl(form.values.provider)} target="_blank" rel="noreferrer" size="xs">
                  {t('whereKeys', { provider: providerTitle(form.values.provider) })}
                </Anchor>
              )
            }
            required={!isEndpoint}
            autoComplete="off"
            visibilityToggleButtonProps={{ 'aria-label': t('showKey') }}
            {...form.getInputProps('apiKey')}
          />
          {isEndpoint ? (
            <TagsInput label={t('modelIds')} description={t('modelIdsText')} {...form.getInputProps('models')} />
          ) : null}
          <TextInput
            label={t('label')}
            placeholder={providerTitle(form.values.provider)}
            maxLength={60}
            {...form.getInputProps('label')}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={close}>
              {common('cancel')}
            </Button>
            <Button type="submit" loading={add.isPending}>
              {t('addAndTest')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
