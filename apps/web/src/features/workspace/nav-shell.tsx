'use client';

import { AppShell, Burger, Group, ScrollArea } from '@mantine/core';
import { useDisclosure, useLocalStorage } from '@mantine/hooks';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { getSession } from 'next-auth/react';
import { useTranslations } from 'next-intl';
import { type ReactNode, useEffect } from 'react';
import { Logo } from '../../components/logo.tsx';
import { NavFooter } from './nav-footer.tsx';
import { NavLinks } from './nav-links.tsx';
import classes from './nav-shell.module.css';
import { useWorkspace } from './use-workspace.ts';
import { WorkspaceSwitcher } from './workspace-switcher.tsx';

const WIDE = 232;
const NARROW = 60;

type NavShellProps = {
  user: { name: string; email: string };
  workspaces: { slug: string; name: string }[];
  children: ReactNode;
};

/** Sidebar on a desk (it folds to icons), drawer behind a burger on a phone. Pages bring their own padding. */
export const NavShell = ({ user, workspaces, children }: NavShellProps) => {
  const t = useTranslations('common.nav');
  const { slug } = useWorkspace();
  const pathname = usePathname();
  const [opened, { toggle, close }] = useDisclosure(false);
  // The canvas needs the room: there the sidebar starts folded, and remembers on its own.
  const inBuilder = /\/workflows\/[^/]+$/.test(pathname);
  const [foldedElsewhere, setFoldedElsewhere] = useLocalStorage({ key: 'agentweaver.nav-folded', defaultValue: false });
  const [foldedInBuilder, setFoldedInBuilder] = useLocalStorage({
    key: 'agentweaver.nav-folded-builder',
    defaultValue: true,
  });
  const folded = inBuilder ? foldedInBuilder : foldedElsewhere;
  const setFolded = inBuilder ? setFoldedInBuilder : setFoldedElsewhere;

  // Reading the session renews its cookie, so that nobody is signed out in the middle of their work.
  useEffect(() => void getSession(), []);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the drawer
  useEffect(() => close(), [pathname, close]);

  return (
    <AppShell
      header={{ height: { base: 52, sm: 0 } }}
      navbar={{ width: folded ? NARROW : WIDE, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={0}
      transitionDuration={150}
    >
      <a href="#content" className={classes.skip}>
        {t('skip')}
      </a>
      <AppShell.Header hiddenFrom="sm" className={classes.header}>
        <Group h="100%" px="sm" gap="sm" wrap="nowrap">
          <Burger opened={opened} onClick={toggle} size="sm" aria-label={opened ? t('closeMenu') : t('openMenu')} />
          <Link href={`/w/${slug}/workflows`} className={classes.brand}>
            <Logo />
          </Link>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar
        className={classes.navbar}
        data-folded={folded || undefined}
        aria-label={t('label')}
        component="nav"
      >
        <AppShell.Section visibleFrom="sm" className={classes.brandRow}>
          <Link href={`/w/${slug}/workflows`} className={classes.brand}>
            <Logo compact={folded} />
          </Link>
        </AppShell.Section>
        <AppShell.Section className={classes.section}>
          <WorkspaceSwitcher workspaces={workspaces} folded={folded} />
        </AppShell.Section>
        <AppShell.Section grow component={ScrollArea} className={classes.section}>
          <NavLinks folded={folded} />
        </AppShell.Section>
        <AppShell.Section className={classes.footer}>
          <NavFooter user={user} folded={folded} onFold={() => setFolded(!folded)} />
        </AppShell.Section>
      </AppShell.Navbar>
      <AppShell.Main id="content" className={classes.main}>
        {children}
      </AppShell.Main>
    </AppShell>
  );
};
