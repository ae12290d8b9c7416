import { expect, it } from 'vitest';
import { localeFromHeader } from './locales.ts';

it.each([
  ['ja,en;q=0.8', 'ja'],
  ['en-GB,ja;q=0.9', 'en'],
  ['fr;q=1, ja-JP;q=0.5, en;q=0.4', 'ja'],
  ['en;q=0, ja;q=0.1', 'ja'],
  ['de', 'en'],
  ['', 'en'],
  [null, 'en'],
])('%s → %s', (header, locale) => expect(localeFromHeader(header)).toBe(locale));
