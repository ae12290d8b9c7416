'use client';

import type { Problem } from '@agentweaver/core/definition/problem';
import { useLocale, useTranslations } from 'next-intl';
import { useCallback } from 'react';

/** A problem in the viewer's language. English is the validator's own sentence, which names every detail. */
export const useProblemText = (): ((problem: Problem) => string) => {
  const t = useTranslations('builder.problemText');
  const locale = useLocale();
  return useCallback(
    (problem) => {
      if (locale === 'en' || !t.has(problem.code)) return problem.message;
      return t(problem.code, { detail: problem.message, field: problem.field ?? '', ...problem.params });
    },
    [t, locale],
  );
};
