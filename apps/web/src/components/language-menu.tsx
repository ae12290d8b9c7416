'use client';

import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconCheck, IconLanguage } from '@tabler/icons-react';
import { useRouter } from 'next/navigation';
import { useLocale, useTranslations } from 'next-intl';
import { type AppLocale, isLocale, LOCALE_COOKIE, LOCALE_NAMES, LOCALES } from '../i18n/locales.ts';

const ONE_YEAR = 365 * 24 * 60 * 60;

const remember = (locale: AppLocale): void => {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and Safari
  document.cookie = `${LOCALE_COOKIE}=${locale}; path=/; max-age=${ONE_YEAR}; samesite=lax`;
};

export const LanguageMenu = ({ compact = false }: { compact?: boolean }) => {
  const t = useTranslations('common.language');
  const router = useRouter();
  const current = useLocale();
  const name = isLocale(current) ? LOCALE_NAMES[current] : current;
  return (
    <Menu shadow="md" position="top">
      <Menu.Target>
        {compact ? (
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('label', { name })}>
            <IconLanguage size={19} stroke={1.7} aria-hidden />
          </ActionIcon>
        ) : (
          <Button
            variant="subtle"
            color="gray"
            size="compact-sm"
            leftSection={<IconLanguage size={16} aria-hidden />}
            aria-label={t('label', { name })}
          >
            {name}
          </Button>
        )}
      </Menu.Target>
      <Menu.Dropdown>
        {LOCALES.map((locale) => (
          <Menu.Item
            key={locale}
            lang={locale}
            rightSection={locale === current ? <IconCheck size={16} aria-hidden /> : null}
            onClick={() => {
              remember(locale);
              router.refresh();
            }}
          >
            {LOCALE_NAMES[locale]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};
