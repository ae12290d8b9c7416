export const LOCALES = ['en', 'ja'] as const;
export type AppLocale = (typeof LOCALES)[number];
const DEFAULT_LOCALE: AppLocale = 'en';
export const LOCALE_COOKIE = 'NEXT_LOCALE';

/** What each language calls itself. */
export const LOCALE_NAMES: Record<AppLocale, string> = { en: 'English', ja: '日本語' };

export const isLocale = (value: unknown): value is AppLocale => LOCALES.includes(value as AppLocale);

/** The first language of an `Accept-Language` header that the product speaks, by weight. */
export const localeFromHeader = (header: string | null): AppLocale => {
  const wanted = (header ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const quality = parameters.map((p) => p.trim()).find((p) => p.startsWith('q='));
      return { language: tag.toLowerCase().split('-')[0], weight: quality ? Number(quality.slice(2)) || 0 : 1 };
    })
    .filter((entry) => entry.weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return wanted.map((entry) => entry.language).find(isLocale) ?? DEFAULT_LOCALE;
};
