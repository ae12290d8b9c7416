'use client';

import { Button } from '@mantine/core';
import { IconArrowLeft, IconMapQuestion } from '@tabler/icons-react';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { EmptyState } from '../../../components/state-views.tsx';
import { useWorkspace } from '../../workspace/use-workspace.ts';

export const ExecutionNotFound = () => {
  const t = useTranslations('executions.notFound');
  const { slug } = useWorkspace();
  const action = (
    <Button component={Link} href={`/w/${slug}/executions`} variant="default" leftSection={<IconArrowLeft size={16} />}>
      {t('back')}
    </Button>
  );
  return (
    <EmptyState icon={IconMapQuestion} title={t('title')} action={action}>
      {t('text')}
    </EmptyState>
  );
};
