import { createHash } from 'node:crypto';
import { Prisma } from './generated/client.ts';

/** NUL and lone surrogates, as `JSON.stringify` writes them: PostgreSQL's jsonb refuses both. */
const UNSTORABLE = /\\u(?:0000|d[89a-f][0-9a-f]{2})/i;

const REPLACEMENT = '\uFFFD';

/** Text as PostgreSQL takes it. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll('\0', REPLACEMENT);

/**
 * Any value as JSON that PostgreSQL takes: user code may hand on a NUL character, and that must not make the
 * write of everything else fail. `undefined` becomes null.
 */
export const storableJson = (value: unknown): unknown => {
  const text = JSON.stringify(value) ?? 'null';
  const plain: unknown = JSON.parse(text);
  return UNSTORABLE.test(text) ? clean(plain) : plain;
};

const clean = (value: unknown): unknown => {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(clean);
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [storableText(key), clean(member)]));
  }
  return value;
};

/** The same as text, for a parameter of type `json`. */
export const jsonText = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'null';
  return UNSTORABLE.test(text) ? JSON.stringify(storableJson(value)) : text;
};

/** The same for a Prisma `Json` column; a JSON null stays one (it is a value, not its absence). */
export const jsonColumn = (value: unknown): Prisma.InputJsonValue | typeof Prisma.JsonNull => {
  const json = storableJson(value);
  // Fresh from JSON.parse, so it is JSON.
  return json === null ? Prisma.JsonNull : (json as Prisma.InputJsonValue);
};

/** JSON with sorted keys: equal values give equal text. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(sortKeys(JSON.parse(JSON.stringify(value) ?? 'null')));

const sortKeys = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sortKeys(member)]));
};

/** SHA-256 of the canonical JSON, in hex. */
export const hashJson = (value: unknown): string => createHash('sha256').update(canonicalJson(value)).digest('hex');
