'use client';

import { Alert } from '@mantine/core';
import { IconCheck, IconInfoCircle } from '@tabler/icons-react';
import { usePathname, useRouter, useSearchParams } from 'next/navigation';
import { useTranslations } from 'next-intl';

/** What came of granting access; the provider has just sent the person back here. */
export const OAuthOutcome = () => {
  const t = useTranslations('credentials');
  const common = useTranslations('common');
  const router = useRouter();
  const pathname = usePathname();
  const outcome = useSearchParams().get('oauth') ?? '';
  if (!t.has(`outcomes.${outcome}`)) return null;
  const connected = outcome === 'connected';
  return (
    <Alert
      color={connected ? 'thread' : 'red'}
      variant="light"
      role="status"
      icon={connected ? <IconCheck size={18} aria-hidden /> : <IconInfoCircle size={18} aria-hidden />}
      withCloseButton
      closeButtonLabel={common('close')}
      onClose={() => router.replace(pathname)}
    >
      {t(`outcomes.${outcome}`)}
    </Alert>
  );
};
