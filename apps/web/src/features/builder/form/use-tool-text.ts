'use client';

import { getToolDefinition } from '@agentweaver/core/tools/tools';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import type { FieldText } from '../use-node-text.ts';
import type { FieldPath } from './form-context.tsx';

const fieldKey = (path: FieldPath): string => path.filter((part) => typeof part === 'string').join('.');

/** The words of agents' tools in the viewer's language; the definition's English where a translation is missing. */
export const useToolText = () => {
  const t = useTranslations();
  return useMemo(() => {
    // `raw`: the texts show `{{ }}`, which would be read as placeholders.
    const find = (name: string): string | undefined => {
      const key = `tools.${name}`;
      if (!t.has(key)) return undefined;
      const found: unknown = t.raw(key);
      return typeof found === 'string' ? found : undefined;
    };
    return {
      title: (tool: string): string => find(`${tool}.title`) ?? getToolDefinition(tool)?.title ?? tool,
      summary: (tool: string): string => find(`${tool}.summary`) ?? getToolDefinition(tool)?.description ?? '',
      field: (tool: string, path: FieldPath, fallback: FieldText): FieldText => {
        const key = `${tool}.fields.${fieldKey(path)}`;
        return {
          title: find(`${key}.title`) ?? fallback.title,
          description: find(`${key}.description`) ?? fallback.description,
        };
      },
      option: (tool: string, path: FieldPath, value: string): string =>
        find(`${tool}.fields.${fieldKey(path)}.options.${value}`) ?? value,
    };
  }, [t]);
};
