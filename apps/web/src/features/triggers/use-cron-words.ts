'use client';

import type { CronWords } from '@agentweaver/core/schedule/describe-cron';
import { useLocale, useTranslations } from 'next-intl';
import { cronText } from './cron-text.ts';

/** Puts into the viewer's words when a schedule comes; `null` where only the expression says it. */
export const useCronWords = (): ((words: CronWords | null) => string | null) => {
  const t = useTranslations('triggers.words');
  const locale = useLocale();
  return (words) => words && cronText(words, { t, locale });
};
