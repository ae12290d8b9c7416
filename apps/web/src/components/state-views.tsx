'use client';

import { Alert, Button, Center, Stack, Text, ThemeIcon, Title } from '@mantine/core';
import { IconAlertTriangle, type TablerIcon } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { useErrorText } from '../lib/use-error-text.ts';

type EmptyStateProps = { icon: TablerIcon; title: string; children?: ReactNode; action?: ReactNode };

/** Says what will be here, and offers the step that makes it so. */
export const EmptyState = ({ icon: Icon, title, children, action }: EmptyStateProps) => (
  <Center py={48} px="md">
    <Stack align="center" gap="sm" maw={440}>
      <ThemeIcon size={52} radius="xl" variant="light">
        <Icon size={26} stroke={1.6} aria-hidden />
      </ThemeIcon>
      <Title order={2} ta="center">
        {title}
      </Title>
      {children ? (
        <Text c="dimmed" size="sm" ta="center">
          {children}
        </Text>
      ) : null}
      {action}
    </Stack>
  </Center>
);

/** Something could not be loaded: why, and a way to try again. */
export const ErrorState = ({ error, onRetry }: { error: unknown; onRetry?: () => void }) => {
  const t = useTranslations('common');
  const text = useErrorText();
  return (
    <Alert
      color="red"
      variant="light"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={t('loadFailed')}
      role="alert"
    >
      <Stack gap="xs" align="flex-start">
        <Text size="sm">{text(error)}</Text>
        {onRetry ? (
          <Button size="xs" variant="default" onClick={onRetry}>
            {t('retry')}
          </Button>
        ) : null}
      </Stack>
    </Alert>
  );
};
