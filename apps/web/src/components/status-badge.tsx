'use client';

import { Badge, type MantineSize } from '@mantine/core';
import { useTranslations } from 'next-intl';
import classes from './status-badge.module.css';
import { STATUS_LOOK, type Status } from './status-look.ts';

/** The icon of a status; it turns while running, unless the viewer asked for reduced motion. */
export const StatusIcon = ({ status, size = 16, label }: { status: Status; size?: number; label?: string }) => {
  const { color, icon: Icon } = STATUS_LOOK[status];
  return (
    <Icon
      size={size}
      stroke={1.8}
      className={status === 'running' ? classes.spin : undefined}
      style={{ color: `var(--status-icon-${color}, var(--mantine-color-${color}-filled))`, flexShrink: 0 }}
      aria-hidden={label === undefined}
      aria-label={label}
      role={label === undefined ? undefined : 'img'}
    />
  );
};

/** A status in words, colour and shape, so that it can be read without seeing colours. */
export const StatusBadge = ({ status, size = 'md' }: { status: Status; size?: MantineSize }) => {
  const t = useTranslations('executions.status');
  return (
    <Badge
      variant="light"
      color={STATUS_LOOK[status].color}
      size={size}
      radius="sm"
      tt="none"
      fw={600}
      className={classes.badge}
      leftSection={<StatusIcon status={status} size={size === 'xs' || size === 'sm' ? 12 : 14} />}
      data-status={status}
    >
      {t(status)}
    </Badge>
  );
};
