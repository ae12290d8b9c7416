'use client';

import { Kbd, Text } from '@mantine/core';
import { useTranslations } from 'next-intl';
import classes from '../builder.module.css';
import { useBuilder, useBuilderState } from '../state/builder-context.tsx';

/** What to do with an empty canvas. */
export const EmptyCanvas = () => {
  const t = useTranslations('builder.canvas');
  const { readOnly } = useBuilder();
  const isEmpty = useBuilderState((state) => state.nodes.length === 0);
  if (!isEmpty) return null;
  return (
    <div className={classes.empty}>
      <Text fw={600}>{t('emptyTitle')}</Text>
      {!readOnly && (
        <Text size="sm" c="dimmed" maw={340} ta="center">
          {t.rich('emptyText', { key: () => <Kbd size="xs">N</Kbd> })}
        </Text>
      )}
    </div>
  );
};
