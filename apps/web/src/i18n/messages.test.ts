import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOCALES } from './locales.ts';
import { type MessageTree, NAMESPACES } from './messages.ts';

const folder = path.join(import.meta.dirname, '../../messages');
const read = (locale: string, namespace: string): MessageTree =>
  JSON.parse(readFileSync(path.join(folder, locale, `${namespace}.json`), 'utf8')) as MessageTree;

const flatten = (tree: MessageTree, prefix = ''): [string, string][] =>
  Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${prefix}${key}`, value] as [string, string]] : flatten(value, `${prefix}${key}.`),
  );

/** Names of `{name}` and `{count, plural, …}`; the branches of a plural differ between languages. */
const argumentsOf = (text: string): string[] =>
  [...new Set([...text.matchAll(/\{(\w+)(?=[,}])/g)].map((match) => match[1] ?? ''))].sort();

describe('messages', () => {
  it.each(LOCALES)('%s has one file per namespace, and no other', (locale) => {
    expect(readdirSync(path.join(folder, locale)).sort()).toEqual(
      NAMESPACES.map((namespace) => `${namespace}.json`).sort(),
    );
  });

  it.each(NAMESPACES)('%s has the same keys in every language', (namespace) => {
    const keys = flatten(read('en', namespace)).map(([key]) => key);
    for (const locale of LOCALES)
      expect(
        flatten(read(locale, namespace))
          .map(([key]) => key)
          .sort(),
        locale,
      ).toEqual([...keys].sort());
  });

  it.each(NAMESPACES)('%s has no empty text, and takes the same arguments in every language', (namespace) => {
    const english = new Map(flatten(read('en', namespace)));
    for (const locale of LOCALES) {
      for (const [key, text] of flatten(read(locale, namespace))) {
        expect(text.trim(), `${locale} ${key}`).not.toBe('');
        expect(argumentsOf(text), `${locale} ${key}`).toEqual(argumentsOf(english.get(key) ?? ''));
      }
    }
  });
});
