'use client';

import { useTranslations } from 'next-intl';
import { useCallback } from 'react';
import { publicErrorOf } from '../trpc/public-error.ts';

/**
 * A failed call in the viewer's language, picked by the error's code. `texts` says a code better where
 * the caller knows what it means here, e.g. `{ conflict: t('emailTaken') }`.
 */
export const useErrorText = (): ((error: unknown, texts?: Record<string, string>) => string) => {
  const t = useTranslations('errors');
  return useCallback(
    (error, texts) => {
      const known = publicErrorOf(error);
      if (!known) return t('codes.unreachable');
      const own = texts?.[known.code];
      if (own) return own;
      if (known.code === 'rate_limited' && known.retryAfterSeconds) {
        return t('retryAfter', { seconds: known.retryAfterSeconds });
      }
      const key = `codes.${known.code}`;
      return t.has(key) ? t(key) : known.message;
    },
    [t],
  );
};
