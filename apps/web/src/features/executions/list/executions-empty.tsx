'use client';

import { Button } from '@mantine/core';
import { IconFilterOff, IconPlayerPlay, IconSitemap } from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { EmptyState } from '../../../components/state-views.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';
import { useExecutionFilters } from './use-execution-filters.ts';

/** Nothing to list: because nothing ran yet, or because of the filters. Each has its own way on. */
export const ExecutionsEmpty = ({ filtered }: { filtered: boolean }) => {
  const t = useTranslations('executions.list');
  const { slug } = useWorkspace();
  const { clear } = useExecutionFilters();
  if (filtered) {
    const action = (
      <Button variant="default" onClick={() => void clear()}>
        {t('clearFilters')}
      </Button>
    );
    return (
      <EmptyState icon={IconFilterOff} title={t('noMatchTitle')} action={action}>
        {t('noMatchText')}
      </EmptyState>
    );
  }
  const action = (
    <Button component={Link} href={`/w/${slug}/workflows`} leftSection={<IconSitemap size={16} />}>
      {t('toWorkflows')}
    </Button>
  );
  return (
    <EmptyState icon={IconPlayerPlay} title={t('emptyTitle')} action={action}>
      {t('emptyText')}
    </EmptyState>
  );
};
