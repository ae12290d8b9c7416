'use client';

import { ActionIcon, Avatar, Group, Menu, Stack, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { IconLayoutSidebarLeftCollapse, IconLayoutSidebarLeftExpand, IconLogout } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { ColorSchemeToggle } from '../../components/color-scheme-toggle.tsx';
import { LanguageMenu } from '../../components/language-menu.tsx';
import { useSignOut } from '../auth/use-sign-out.ts';
import classes from './nav-shell.module.css';

type NavFooterProps = { user: { name: string; email: string }; folded: boolean; onFold: () => void };

export const NavFooter = ({ user, folded, onFold }: NavFooterProps) => {
  const t = useTranslations('common.nav');
  const signOut = useSignOut();
  const foldLabel = folded ? t('unfold') : t('fold');
  const Tools = folded ? Stack : Group;
  return (
    <Stack gap={6}>
      <Menu position="top-start" width={220} shadow="md">
        <Menu.Target>
          <UnstyledButton
            className={classes.switcher}
            data-folded={folded || undefined}
            aria-label={t('userMenu', { name: user.name })}
          >
            <Avatar size={26} radius="xl" color="thread" name={user.name} />
            {folded ? null : (
              <div className={classes.switcherName}>
                <Text size="sm" fw={500} truncate>
                  {user.name}
                </Text>
                <Text size="xs" c="dimmed" truncate>
                  {user.email}
                </Text>
              </div>
            )}
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{user.email}</Menu.Label>
          <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void signOut()}>
            {t('signOut')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Tools gap={4} justify="space-between" align="center">
        <LanguageMenu compact />
        <ColorSchemeToggle />
        <Tooltip label={foldLabel} position="right">
          <ActionIcon variant="subtle" color="gray" size="lg" onClick={onFold} aria-label={foldLabel} visibleFrom="sm">
            {folded ? (
              <IconLayoutSidebarLeftExpand size={19} stroke={1.7} />
            ) : (
              <IconLayoutSidebarLeftCollapse size={19} stroke={1.7} />
            )}
          </ActionIcon>
        </Tooltip>
      </Tools>
    </Stack>
  );
};
