'use client';

import { useTranslations } from 'next-intl';
import type { z } from 'zod';

/**
 * A Mantine `validate` from a schema whose messages are keys of `auth.problems`: the first problem of each field,
 * in the viewer's language.
 */
export const useZodProblems = (schema: z.ZodType): ((values: unknown) => Record<string, string>) => {
  const t = useTranslations('auth.problems');
  return (values) => {
    const parsed = schema.safeParse(values);
    const problems: Record<string, string> = {};
    for (const issue of parsed.error?.issues ?? []) {
      problems[issue.path.join('.')] ??= t.has(issue.message) ? t(issue.message) : issue.message;
    }
    return problems;
  };
};
