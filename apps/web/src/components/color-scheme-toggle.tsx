'use client';

import { ActionIcon, type MantineColorScheme, Menu, useMantineColorScheme } from '@mantine/core';
import { useMounted } from '@mantine/hooks';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';

const SCHEMES = [
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
  { value: 'auto', icon: IconDeviceDesktop },
] as const satisfies { value: MantineColorScheme; icon: typeof IconSun }[];

export const ColorSchemeToggle = () => {
  const t = useTranslations('common.colorScheme');
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  // The server does not know the choice, which is kept in the browser.
  const mounted = useMounted();
  const current = SCHEMES.find((scheme) => scheme.value === (mounted ? colorScheme : 'auto')) ?? SCHEMES[2];
  return (
    <Menu shadow="md" position="top">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('label')}>
          <current.icon size={19} stroke={1.7} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {SCHEMES.map(({ value, icon: Icon }) => (
          <Menu.Item
            key={value}
            leftSection={<Icon size={16} aria-hidden />}
            onClick={() => setColorScheme(value)}
            aria-current={mounted && colorScheme === value ? 'true' : undefined}
          >
            {t(value)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
};
