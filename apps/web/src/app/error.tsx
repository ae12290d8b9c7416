'use client';

import { Button, Text } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { AuthFrame } from '../features/auth/auth-frame.tsx';

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const t = useTranslations('common');
  return (
    <AuthFrame title={t('crash.title')} text={t('crash.text')}>
      {error.digest ? (
        <Text size="xs" c="dimmed">
          {t('crash.reference', { digest: error.digest })}
        </Text>
      ) : null}
      <Button onClick={reset}>{t('retry')}</Button>
    </AuthFrame>
  );
}
