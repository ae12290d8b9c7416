'use client';

import { Stack, Tooltip } from '@mantine/core';
import {
  IconCalendarBolt,
  IconChartBar,
  IconInbox,
  IconPlayerPlay,
  IconRoute,
  IconSettings,
} from '@tabler/icons-react';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useTranslations } from 'next-intl';
import { OpenWaitsBadge } from '../executions/waits/open-waits-badge.tsx';
import classes from './nav-shell.module.css';
import { useWorkspace } from './use-workspace.ts';

const SECTIONS = [
  { key: 'workflows', icon: IconRoute },
  { key: 'triggers', icon: IconCalendarBolt },
  { key: 'executions', icon: IconPlayerPlay },
  { key: 'inbox', icon: IconInbox },
  { key: 'analytics', icon: IconChartBar },
  { key: 'settings', icon: IconSettings },
] as const;

export const NavLinks = ({ folded }: { folded: boolean }) => {
  const t = useTranslations('common.nav');
  const { slug } = useWorkspace();
  const pathname = usePathname();
  return (
    <Stack gap={2}>
      {SECTIONS.map(({ key, icon: Icon }) => {
        const href = `/w/${slug}/${key}`;
        const here = pathname === href || pathname.startsWith(`${href}/`);
        return (
          <Tooltip key={key} label={t(key)} position="right" disabled={!folded} visibleFrom="sm">
            <Link
              href={href}
              className={classes.link}
              aria-current={here ? 'page' : undefined}
              aria-label={folded ? t(key) : undefined}
            >
              <Icon size={19} stroke={1.7} aria-hidden />
              {folded ? null : t(key)}
              {key === 'inbox' && <OpenWaitsBadge />}
            </Link>
          </Tooltip>
        );
      })}
    </Stack>
  );
};
