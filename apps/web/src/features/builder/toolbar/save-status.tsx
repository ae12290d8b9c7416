'use client';

import { Text, Tooltip } from '@mantine/core';
import {
  IconCloudCheck,
  IconCloudExclamation,
  IconCloudOff,
  IconCloudUp,
  IconEye,
  type TablerIcon,
} from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useStore } from 'zustand';
import type { SaveState } from '../../collab/draft-connection.ts';
import { useBuilder } from '../state/builder-context.tsx';
import classes from './toolbar.module.css';

const ICONS: Record<SaveState, TablerIcon> = {
  saved: IconCloudCheck,
  saving: IconCloudUp,
  offline: IconCloudOff,
  failed: IconCloudExclamation,
};

/** Whether the work is safe, and where. */
export const SaveStatus = () => {
  const t = useTranslations('builder.save');
  const { connection, readOnly } = useBuilder();
  const save = useStore(connection.state, (state) => state.save);
  const key = readOnly ? 'readOnly' : save;
  const Icon = readOnly ? IconEye : ICONS[save];
  return (
    <Tooltip label={t(`${key}Help`)} multiline maw={280}>
      <div className={classes.save} role="status" data-save={key}>
        <Icon size={16} stroke={1.8} aria-hidden />
        <Text size="xs" className={classes.saveText}>
          {t(key)}
        </Text>
      </div>
    </Tooltip>
  );
};
