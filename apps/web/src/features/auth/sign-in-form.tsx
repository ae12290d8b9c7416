'use client';

import { Alert, Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMounted } from '@mantine/hooks';
import { IconAlertCircle } from '@tabler/icons-react';
import { signIn } from 'next-auth/react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { OAuthButtons } from './oauth-buttons.tsx';
import { signInSchema } from './password-rules.ts';
import { useZodProblems } from './use-zod-problems.ts';

type SignInFormProps = {
  /** A path of this site. */
  returnPath: string;
  /** Why the visitor was sent here, as a key of `auth.failures`. */
  failure?: string;
  oauth: ('github' | 'google')[];
};

export const SignInForm = ({ returnPath, failure, oauth }: SignInFormProps) => {
  const t = useTranslations('auth');
  const [failed, setFailed] = useState(failure);
  const [busy, setBusy] = useState(false);
  // Before React has taken over, the browser itself would send the form.
  const ready = useMounted();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email: '', password: '' },
    validate: useZodProblems(signInSchema),
  });

  const submit = async (values: { email: string; password: string }): Promise<void> => {
    setBusy(true);
    setFailed(undefined);
    try {
      const result = await signIn('credentials', { ...values, redirect: false, callbackUrl: returnPath });
      if (result?.ok) {
        // A full load, so that nothing of another account stays in memory.
        window.location.assign(returnPath);
        return;
      }
      setFailed(result?.error === 'rate_limited' ? 'rate_limited' : 'CredentialsSignin');
    } catch {
      setFailed('unreachable');
    }
    setBusy(false);
  };

  const failureKey = `failures.${failed}`;
  return (
    <Stack gap="md">
      {failed ? (
        <Alert color="red" variant="light" icon={<IconAlertCircle size={18} aria-hidden />} role="alert">
          {t(t.has(failureKey) ? failureKey : 'failures.Default')}
        </Alert>
      ) : null}
      <form onSubmit={form.onSubmit((values) => void submit(values))} noValidate method="post">
        <Stack gap="md">
          <TextInput
            label={t('email')}
            type="email"
            name="email"
            autoComplete="username"
            autoFocus
            required
            key={form.key('email')}
            {...form.getInputProps('email')}
          />
          <PasswordInput
            label={t('password')}
            name="password"
            autoComplete="current-password"
            required
            visibilityToggleButtonProps={{ 'aria-label': t('showPassword') }}
            key={form.key('password')}
            {...form.getInputProps('password')}
          />
          <Button type="submit" disabled={!ready} loading={busy} fullWidth>
            {t('signIn')}
          </Button>
        </Stack>
      </form>
      <OAuthButtons names={oauth} returnPath={returnPath} />
    </Stack>
  );
};
