'use client';

import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMounted } from '@mantine/hooks';
import { IconAlertCircle } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { signIn } from 'next-auth/react';
import { useTranslations } from 'next-intl';
import { useErrorText } from '../../lib/use-error-text.ts';
import { useTRPC } from '../../trpc/client.tsx';
import { publicErrorOf } from '../../trpc/public-error.ts';
import { OAuthButtons } from './oauth-buttons.tsx';
import { MIN_PASSWORD_LENGTH, signUpSchema } from './password-rules.ts';
import { useZodProblems } from './use-zod-problems.ts';

type SignUpFormProps = { returnPath: string; oauth: ('github' | 'google')[] };
type SignUpValues = { name: string; email: string; password: string };

export const SignUpForm = ({ returnPath, oauth }: SignUpFormProps) => {
  const t = useTranslations('auth');
  const errorText = useErrorText();
  const trpc = useTRPC();
  // Before React has taken over, the browser itself would send the form.
  const ready = useMounted();
  const form = useForm<SignUpValues>({
    mode: 'uncontrolled',
    initialValues: { name: '', email: '', password: '' },
    validate: useZodProblems(signUpSchema),
  });
  const signUp = useMutation(
    trpc.auth.signUp.mutationOptions({
      onError: (error) => {
        for (const { field, message } of publicErrorOf(error)?.problems ?? []) {
          const key = `problems.${message}`;
          form.setFieldError(field, t.has(key) ? t(key) : message);
        }
      },
      onSuccess: async (_, { email, password }) => {
        await signIn('credentials', { email, password, redirect: false });
        window.location.assign(returnPath);
      },
    }),
  );

  return (
    <Stack gap="md">
      {signUp.error && !publicErrorOf(signUp.error)?.problems.length ? (
        <Alert color="red" variant="light" icon={<IconAlertCircle size={18} aria-hidden />} role="alert">
          {errorText(signUp.error)}
        </Alert>
      ) : null}
      <form onSubmit={form.onSubmit((values) => signUp.mutate(values))} noValidate method="post">
        <Stack gap="md">
          <TextInput
            label={t('name')}
            name="name"
            autoComplete="name"
            autoFocus
            required
            key={form.key('name')}
            {...form.getInputProps('name')}
          />
          <TextInput
            label={t('email')}
            type="email"
            name="email"
            autoComplete="username"
            required
            key={form.key('email')}
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label={t('password')}
            description={t('passwordRule', { count: MIN_PASSWORD_LENGTH })}
            name="password"
            autoComplete="new-password"
            required
            visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
            key={form.key('password')}
            {...form.getInputProps('password')}
          />
          <Button type="submit" disabled={!ready} loading={signUp.isPending || signUp.isSuccess} fullWidth>
            {t('signUp')}
          </Button>
        </Stack>
      </form>
      <OAuthButtons names={oauth} returnPath={returnPath} />
    </Stack>
  );
};
