import { Group, Text } from '@mantine/core';
import { useTranslations } from 'next-intl';

/** Two threads crossing: the mark is drawn here, so that it follows the colour scheme. */
const Mark = ({ size }: { size: number }) => (
  <svg width={size} height={size} viewBox="0 0 32 32" fill="none" aria-hidden="true">
    <rect width="32" height="32" rx="8" fill="var(--mantine-primary-color-filled)" />
    <path d="M6 11c6 0 7 10 13 10h7" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
    <path d="M6 21c6 0 7-10 13-10h7" stroke="#7ff0dd" strokeWidth="2.6" strokeLinecap="round" />
    <circle cx="26" cy="11" r="2.4" fill="#7ff0dd" />
    <circle cx="26" cy="21" r="2.4" fill="#fff" />
  </svg>
);

export const Logo = ({ compact = false, size = 26 }: { compact?: boolean; size?: number }) => {
  const t = useTranslations('common');
  return (
    <Group
      gap={10}
      wrap="nowrap"
      component="span"
      role={compact ? 'img' : undefined}
      aria-label={compact ? t('productName') : undefined}
    >
      <Mark size={size} />
      {compact ? null : (
        <Text component="span" fw={700} fz={size * 0.62} lts="-0.01em">
          {t('productName')}
        </Text>
      )}
    </Group>
  );
};
