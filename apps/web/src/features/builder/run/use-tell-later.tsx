'use client';

import { Anchor } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import Link from 'next/link';
import { useTranslations } from 'next-intl';
import { useFormat } from '../../../lib/use-format.ts';
import { useWorkspace } from '../../workspace/use-workspace.ts';

/** Says when a run starts that was put off, and where it can be seen until then. */
export const useTellLater = (): ((executionId: string, startAfter: Date) => void) => {
  const t = useTranslations('triggers.later');
  const format = useFormat();
  const { slug } = useWorkspace();
  return (executionId, startAfter) =>
    notifications.show({
      color: 'thread',
      autoClose: 10_000,
      message: (
        <>
          {t('done', { time: format.dateTime(startAfter) })}{' '}
          <Anchor component={Link} href={`/w/${slug}/executions/${executionId}`} inherit>
            {t('show')}
          </Anchor>
        </>
      ),
    });
};
