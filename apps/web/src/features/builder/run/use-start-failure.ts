'use client';

import { useTranslations } from 'next-intl';
import { useErrorText } from '../../../lib/use-error-text.ts';
import { publicErrorOf } from '../../../trpc/public-error.ts';
import { DraftOffline } from '../../collab/draft-connection.ts';

/** Why a run could not be started, with every problem that the server names. */
export const useStartFailure = (): ((error: Error) => string) => {
  const t = useTranslations('builder.run');
  const errorText = useErrorText();
  return (error) => {
    if (error instanceof DraftOffline) return t('offline');
    const problems = publicErrorOf(error)?.problems ?? [];
    return [errorText(error), ...problems.map((problem) => problem.message)].join(' ');
  };
};
