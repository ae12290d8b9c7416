'use client';

import { Avatar, Menu, Text, UnstyledButton } from '@mantine/core';
import { IconCheck, IconPlus, IconSelector } from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import classes from './nav-shell.module.css';
import { useWorkspace } from './use-workspace.ts';

type WorkspaceSwitcherProps = { workspaces: { slug: string; name: string }[]; folded: boolean };

export const WorkspaceSwitcher = ({ workspaces, folded }: WorkspaceSwitcherProps) => {
  const t = useTranslations('common.nav');
  const { slug, name } = useWorkspace();
  return (
    <Menu position="bottom-start" width={240} shadow="md">
      <Menu.Target>
        <UnstyledButton
          className={classes.switcher}
          data-folded={folded || undefined}
          aria-label={t('switchWorkspace', { name })}
        >
          <Avatar size={26} radius="sm" color="weave" name={name} variant="light" />
          {folded ? null : (
            <>
              <Text size="sm" fw={600} truncate className={classes.switcherName}>
                {name}
              </Text>
              <IconSelector size={16} aria-hidden />
            </>
          )}
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('workspaces')}</Menu.Label>
        {workspaces.map((workspace) => (
          <Menu.Item
            key={workspace.slug}
            component={Link}
            href={`/w/${workspace.slug}/workflows`}
            rightSection={workspace.slug === slug ? <IconCheck size={16} aria-hidden /> : null}
            aria-current={workspace.slug === slug ? 'true' : undefined}
          >
            {workspace.name}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item component={Link} href="/workspaces/new" leftSection={<IconPlus size={16} aria-hidden />}>
          {t('newWorkspace')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
};
