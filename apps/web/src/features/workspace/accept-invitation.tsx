'use client';

import { Alert, Button, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useErrorText } from '../../lib/use-error-text.ts';
import { useTRPC } from '../../trpc/client.tsx';
import { useSignOut } from '../auth/use-sign-out.ts';

type AcceptInvitationProps = {
  token: string;
  /** Of who is signed in. */
  email: string;
  /** The invitation is for that address. */
  fits: boolean;
};

export const AcceptInvitation = ({ token, email, fits }: AcceptInvitationProps) => {
  const t = useTranslations('auth.invitation');
  const errorText = useErrorText();
  const trpc = useTRPC();
  const signOut = useSignOut();
  const accept = useMutation(
    trpc.workspace.acceptInvitation.mutationOptions({
      onSuccess: ({ slug }) => window.location.assign(`/w/${slug}/workflows`),
    }),
  );
  if (!fits) {
    return (
      <Stack gap="md">
        <Alert color="yellow" variant="light">
          {t('otherAddress', { email })}
        </Alert>
        <Button variant="default" onClick={() => void signOut()}>
          {t('signOut')}
        </Button>
      </Stack>
    );
  }
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {t('signedInAs', { email })}
      </Text>
      {accept.error ? (
        <Alert color="red" variant="light" role="alert">
          {errorText(accept.error, { not_found: t('goneText') })}
        </Alert>
      ) : null}
      <Button loading={accept.isPending || accept.isSuccess} onClick={() => accept.mutate({ token })}>
        {t('accept')}
      </Button>
    </Stack>
  );
};
