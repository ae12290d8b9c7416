'use client';

import { Button, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { EmptyState } from '../../../components/state-views.tsx';

/** Inside the navigation, so that one broken page leaves the others within reach. */
export default function WorkspaceErrorPage({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  const t = useTranslations('common');
  return (
    <EmptyState
      icon={IconAlertTriangle}
      title={t('crash.title')}
      action={<Button onClick={reset}>{t('retry')}</Button>}
    >
      {t('crash.text')}{' '}
      {error.digest ? (
        <Text span size="xs">
          {t('crash.reference', { digest: error.digest })}
        </Text>
      ) : null}
    </EmptyState>
  );
}
