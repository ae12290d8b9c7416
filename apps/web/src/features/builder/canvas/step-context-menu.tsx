'use client';

import { Menu } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useBuilder, useBuilderState } from '../state/builder-context.tsx';
import { StepMenuItems } from './step-menu-items.tsx';

/** The menu at the pointer after a right click on a node. */
export const StepContextMenu = () => {
  const t = useTranslations('builder.panel');
  const { store, readOnly } = useBuilder();
  const menu = useBuilderState((state) => state.menu);
  const step = useBuilderState((state) => state.nodes.find((node) => node.id === state.menu?.nodeId)?.data.step);
  if (readOnly || !menu || !step) return null;
  return (
    <Menu
      key={`${menu.x}:${menu.y}`}
      opened
      onClose={() => store.getState().openMenu(null)}
      position="bottom-start"
      withinPortal
      width={260}
    >
      <Menu.Target>
        <span style={{ position: 'fixed', left: menu.x, top: menu.y }} />
      </Menu.Target>
      <Menu.Dropdown aria-label={t('actions')}>
        <StepMenuItems step={step} />
      </Menu.Dropdown>
    </Menu>
  );
};
