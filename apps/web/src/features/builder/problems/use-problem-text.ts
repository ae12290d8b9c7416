'use client';

import type { Problem } from '@agentweaver/core/definition/problem';
import { useLocale, useTranslations } from 'next-intl';
import { useMemo } from 'react';

/**
 * Problems in the viewer's language: in full, or short for the field that they stand at.
 * Full English is the validator's own sentence, which names every detail.
 */
export const useProblemText = () => {
  const t = useTranslations('builder');
  const locale = useLocale();
  return useMemo(() => {
    const write = (key: string, problem: Problem): string | undefined =>
      t.has(key) ? t(key, { field: problem.field ?? '', ...problem.params }) : undefined;
    const full = (problem: Problem): string =>
      (locale === 'en' ? undefined : write(`problemText.${problem.code}`, problem)) ?? problem.message;
    return {
      full,
      atField: (problem: Problem): string => write(`problemAtField.${problem.code}`, problem) ?? full(problem),
    };
  }, [t, locale]);
};
