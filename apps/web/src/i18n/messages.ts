import type { AppLocale } from './locales.ts';

/** One file `messages/<locale>/<namespace>.json` each; a file's content is what `useTranslations('<namespace>')` reads. */
export const NAMESPACES = [
  'common',
  'auth',
  'workflows',
  'builder',
  'executions',
  'triggers',
  'analytics',
  'settings',
  'credentials',
  'nodes',
  'tools',
  'errors',
] as const;

export type MessageTree = { [key: string]: string | MessageTree };

export const loadMessages = async (locale: AppLocale): Promise<Record<string, MessageTree>> =>
  Object.fromEntries(
    await Promise.all(
      NAMESPACES.map(async (namespace) => {
        const file = (await import(`../../messages/${locale}/${namespace}.json`)) as { default: MessageTree };
        return [namespace, file.default] as const;
      }),
    ),
  );
