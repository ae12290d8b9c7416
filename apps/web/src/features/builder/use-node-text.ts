'use client';

import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import type { NodeDefinition } from '@agentweaver/core/nodes/node-type';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';

export type FieldText = { title: string; description?: string };

/** A config path without list positions: `cases.0.equals` → `cases.equals`. */
const fieldKey = (path: readonly (string | number)[]): string =>
  path.filter((part) => typeof part === 'string').join('.');

/** The words of node types in the viewer's language; the definition's English where a translation is missing. */
export const useNodeText = () => {
  const t = useTranslations('nodes');
  return useMemo(() => {
    // `raw`: the texts show `{{ }}`, which would be read as placeholders.
    const find = (key: string): string | undefined => {
      if (!t.has(key)) return undefined;
      const found: unknown = t.raw(key);
      return typeof found === 'string' ? found : undefined;
    };
    return {
      title: (type: string): string => find(`${type}.title`) ?? getNodeDefinition(type)?.title ?? type,
      summary: (type: string): string => find(`${type}.summary`) ?? getNodeDefinition(type)?.summary ?? '',
      /** What people may search for: title, aliases, summary, in this language and in English. */
      searchTexts: (definition: NodeDefinition): string[] =>
        [
          find(`${definition.type}.title`),
          definition.title,
          ...(find(`${definition.type}.aliases`) ?? '').split(','),
          ...definition.aliases,
          find(`${definition.type}.summary`),
        ].flatMap((text) => (text?.trim() ? [text.trim()] : [])),
      field: (type: string, path: readonly (string | number)[], fallback: FieldText): FieldText => {
        const key = `${type}.fields.${fieldKey(path)}`;
        return {
          title: find(`${key}.title`) ?? fallback.title,
          description: find(`${key}.description`) ?? fallback.description,
        };
      },
      option: (type: string, path: readonly (string | number)[], value: string): string =>
        find(`${type}.fields.${fieldKey(path)}.options.${value}`) ?? value,
      port: (type: string, port: { id: string; label: string }): string =>
        find(`${type}.ports.${port.id}`) ?? port.label,
    };
  }, [t]);
};
