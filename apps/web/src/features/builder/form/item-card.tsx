'use client';

import { ActionIcon, Collapse, Group, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconChevronRight, IconTrash, type TablerIcon } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import classes from './list-field.module.css';

type ItemActionsProps = {
  index: number;
  count: number;
  /** What is removed, for screen readers. */
  name: string;
  onMove: (to: number) => void;
  onRemove: () => void;
};

const ItemAction = ({
  label,
  icon: Icon,
  disabled,
  onClick,
}: {
  label: string;
  icon: TablerIcon;
  disabled?: boolean;
  onClick: () => void;
}) => (
  <Tooltip label={label}>
    <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} disabled={disabled} onClick={onClick}>
      <Icon size={14} />
    </ActionIcon>
  </Tooltip>
);

/** Up, down, away. */
export const ItemActions = ({ index, count, name, onMove, onRemove }: ItemActionsProps) => {
  const t = useTranslations('builder.form');
  return (
    <Group gap={0} wrap="nowrap">
      {count > 1 && (
        <>
          <ItemAction label={t('moveUp')} icon={IconArrowUp} disabled={index === 0} onClick={() => onMove(index - 1)} />
          <ItemAction
            label={t('moveDown')}
            icon={IconArrowDown}
            disabled={index === count - 1}
            onClick={() => onMove(index + 1)}
          />
        </>
      )}
      <ItemAction label={t('removeItem', { item: name })} icon={IconTrash} onClick={onRemove} />
    </Group>
  );
};

type ItemCardProps = {
  title: string;
  /** Beside the title. */
  note?: ReactNode;
  icon?: ReactNode;
  opened: boolean;
  onToggle: () => void;
  hasProblem: boolean;
  actions: ReactNode;
  label: string;
  children: ReactNode;
};

/** One entry of a list: its head says what it is, its fields fold away. */
export const ItemCard = ({
  title,
  note,
  icon,
  opened,
  onToggle,
  hasProblem,
  actions,
  label,
  children,
}: ItemCardProps) => (
  <fieldset className={classes.card} aria-label={label} data-problem={hasProblem || undefined}>
    <div className={classes.cardHead}>
      <UnstyledButton className={classes.cardTitle} onClick={onToggle} aria-expanded={opened}>
        <IconChevronRight size={14} className={classes.chevron} data-opened={opened || undefined} aria-hidden />
        {icon}
        <Text size="sm" fw={600} truncate>
          {title}
        </Text>
        {note}
      </UnstyledButton>
      {actions}
    </div>
    <Collapse expanded={opened}>
      {/* A folded entry takes nothing: its fields may hold editors. */}
      <div className={classes.cardBody}>{opened && children}</div>
    </Collapse>
  </fieldset>
);
