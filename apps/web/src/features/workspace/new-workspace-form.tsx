'use client';

import { Alert, Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useErrorText } from '../../lib/use-error-text.ts';
import { useTRPC } from '../../trpc/client.tsx';

export const NewWorkspaceForm = () => {
  const t = useTranslations('auth.workspace');
  const errorText = useErrorText();
  const trpc = useTRPC();
  const form = useForm({
    initialValues: { name: '' },
    validate: {
      name: (value) => (value.trim() === '' ? t('nameMissing') : value.trim().length > 60 ? t('nameLong') : null),
    },
  });
  const create = useMutation(
    trpc.workspace.create.mutationOptions({
      onSuccess: ({ slug }) => window.location.assign(`/w/${slug}/workflows`),
    }),
  );
  return (
    <form onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack gap="md">
        {create.error ? (
          <Alert color="red" variant="light" role="alert">
            {errorText(create.error)}
          </Alert>
        ) : null}
        <TextInput
          label={t('name')}
          placeholder={t('placeholder')}
          required
          autoFocus
          {...form.getInputProps('name')}
        />
        <Button type="submit" loading={create.isPending || create.isSuccess} fullWidth>
          {t('create')}
        </Button>
      </Stack>
    </form>
  );
};
