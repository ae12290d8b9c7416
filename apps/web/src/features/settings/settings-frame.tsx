'use client';

import { ScrollArea, Tabs } from '@mantine/core';
import { IconActivityHeartbeat, IconBuilding, IconKey, IconLock, IconRobot, IconUsers } from '@tabler/icons-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { type ReactNode, useEffect, useRef } from 'react';
import { Page } from '../../components/page.tsx';
import { useWorkspace } from '../workspace/use-workspace.ts';

const TABS = [
  { key: 'workspace', path: '', icon: IconBuilding },
  { key: 'members', path: '/members', icon: IconUsers },
  { key: 'keys', path: '/keys', icon: IconRobot },
  { key: 'credentials', path: '/credentials', icon: IconLock },
  { key: 'tokens', path: '/tokens', icon: IconKey },
  { key: 'system', path: '/system', icon: IconActivityHeartbeat },
] as const;

/** The settings' heading and tabs; each tab is a page with an address of its own. */
export const SettingsFrame = ({ children }: { children: ReactNode }) => {
  const t = useTranslations('settings');
  const { slug, name } = useWorkspace();
  const pathname = usePathname();
  const base = `/w/${slug}/settings`;
  const current = TABS.find(({ path }) => path !== '' && pathname.startsWith(`${base}${path}`)) ?? TABS[0];
  const list = useRef<HTMLDivElement>(null);
  // On a phone the tabs are wider than the screen.
  useEffect(() => {
    list.current?.querySelector(`[data-tab="${current.key}"]`)?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [current.key]);
  return (
    <Page title={t('title')} description={t('description', { name })} size={960}>
      <Tabs value={current.key} keepMounted={false}>
        <ScrollArea type="never" offsetScrollbars={false}>
          <Tabs.List ref={list} style={{ flexWrap: 'nowrap' }} aria-label={t('title')}>
            {TABS.map(({ key, path, icon: Icon }) => (
              <Tabs.Tab
                key={key}
                value={key}
                data-tab={key}
                leftSection={<Icon size={16} stroke={1.7} aria-hidden />}
                renderRoot={(props) => <Link {...props} href={`${base}${path}`} />}
              >
                {t(`tabs.${key}`)}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        </ScrollArea>
        <Tabs.Panel value={current.key} pt="lg">
          {children}
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
};
