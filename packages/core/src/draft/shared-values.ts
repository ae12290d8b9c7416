import * as Y from 'yjs';
import type { FormSchema } from '../nodes/form-schema.ts';

/** Deeper values than this are cut off when read: a document may come from anybody. */
const MAX_DEPTH = 64;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Y.AbstractType);

/** Fields that are picked from a list, not typed. */
const PICKED = new Set<unknown>(['model', 'credential', 'workflow', 'step']);

/** Free text is a shared type, so that two people can type in one field; ids and choices are replaced whole. */
const isSharedText = (schema: FormSchema | undefined): boolean =>
  schema?.type === 'string' && !schema.enum && !schema.pattern && !PICKED.has(schema.widget);

export const propertySchema = (schema: FormSchema | undefined, key: string): FormSchema | undefined => {
  const property = schema?.properties?.[key];
  return typeof property === 'object' ? (property as FormSchema) : undefined;
};

export const itemSchema = (schema: FormSchema | undefined): FormSchema | undefined => {
  const items = schema?.items;
  return isRecord(items) ? (items as FormSchema) : undefined;
};

/** A JSON value as Yjs keeps it: objects, lists and free text become shared types. `undefined` members are left out. */
export const toShared = (value: unknown, schema?: FormSchema): unknown => {
  if (typeof value === 'string') return isSharedText(schema) ? new Y.Text(value) : value;
  if (Array.isArray(value)) {
    const array = new Y.Array<unknown>();
    array.push(value.map((item) => toShared(item, itemSchema(schema))));
    return array;
  }
  if (!isRecord(value)) return value;
  const map = new Y.Map<unknown>();
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined) map.set(key, toShared(member, propertySchema(schema, key)));
  }
  return map;
};

/** The JSON of anything that can stand in a document. What JSON cannot hold becomes `null`; never throws. */
export const fromShared = (value: unknown, depth = 0): unknown => {
  if (depth > MAX_DEPTH) return null;
  if (value instanceof Y.Text) return value.toString();
  if (value instanceof Y.Array) return value.toArray().map((item) => fromShared(item, depth + 1));
  if (value instanceof Y.Map) return readEntries(value.entries(), depth);
  if (Array.isArray(value)) return value.map((item) => fromShared(item, depth + 1));
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (isRecord(value) && !ArrayBuffer.isView(value)) return readEntries(Object.entries(value), depth);
  return null;
};

const readEntries = (entries: Iterable<[string, unknown]>, depth: number): Record<string, unknown> => {
  const members: [string, unknown][] = [];
  for (const [key, member] of entries) {
    if (member !== undefined) members.push([key, fromShared(member, depth + 1)]);
  }
  return Object.fromEntries(members);
};

export const sameJson = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
  );
};

/** Makes `map` hold exactly `value`, touching only what differs, so that others' edits beside it survive. */
export const mergeMap = (map: Y.Map<unknown>, value: Record<string, unknown>, schema?: FormSchema): void => {
  for (const key of [...map.keys()]) {
    if (!Object.hasOwn(value, key) || value[key] === undefined) map.delete(key);
  }
  for (const [key, next] of Object.entries(value)) {
    if (next === undefined) continue;
    const property = propertySchema(schema, key);
    mergeValue(map.get(key), next, property, () => map.set(key, toShared(next, property)));
  }
};

/** Edits `current` in place towards `next`; calls `replace` where the two are of different kinds. */
export const mergeValue = (
  current: unknown,
  next: unknown,
  schema: FormSchema | undefined,
  replace: () => void,
): void => {
  if (current instanceof Y.Text && typeof next === 'string') mergeText(current, next);
  else if (current instanceof Y.Map && isRecord(next)) mergeMap(current, next, schema);
  else if (current instanceof Y.Array && Array.isArray(next)) mergeArray(current, next, schema);
  else if (current === undefined || !sameJson(fromShared(current), next)) replace();
};

/** Entries that stay keep their shared types; what lies between them is edited, then added to or cut. */
const mergeArray = (array: Y.Array<unknown>, next: unknown[], schema: FormSchema | undefined): void => {
  const before = array.toArray().map((item) => fromShared(item));
  const items = itemSchema(schema);
  const kept = [...keptEntries(before, next), { from: before.length, to: next.length }];
  // From the end, so that the places before stay where they are.
  for (let k = kept.length - 1; k >= 0; k--) {
    const { from: oldEnd = 0, to: newEnd = 0 } = kept[k] ?? {};
    const oldStart = (kept[k - 1]?.from ?? -1) + 1;
    const newStart = (kept[k - 1]?.to ?? -1) + 1;
    const edited = Math.min(oldEnd - oldStart, newEnd - newStart);
    const added = next.slice(newStart + edited, newEnd).map((item) => toShared(item, items));
    if (oldEnd > oldStart + edited) array.delete(oldStart + edited, oldEnd - oldStart - edited);
    if (added.length > 0) array.insert(oldStart + edited, added);
    for (let i = 0; i < edited; i++) {
      const at = oldStart + i;
      mergeValue(array.get(at), next[newStart + i], items, () => {
        array.delete(at);
        array.insert(at, [toShared(next[newStart + i], items)]);
      });
    }
  }
};

/** Comparing each entry with each takes the product of the lengths; a form's lists are far below. */
const MAX_COMPARISONS = 10_000;

/** The longest run of entries that both lists hold in the same order. */
const keptEntries = (before: unknown[], next: unknown[]): { from: number; to: number }[] => {
  if (before.length * next.length > MAX_COMPARISONS) return [];
  const longest = Array.from({ length: before.length + 1 }, () => new Array<number>(next.length + 1).fill(0));
  const at = (i: number, j: number): number => longest[i]?.[j] ?? 0;
  const same = before.map((old) => next.map((entry) => sameJson(old, entry)));
  for (let i = before.length - 1; i >= 0; i--) {
    const row = longest[i] ?? [];
    for (let j = next.length - 1; j >= 0; j--) {
      row[j] = same[i]?.[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const kept: { from: number; to: number }[] = [];
  let [i, j] = [0, 0];
  while (i < before.length && j < next.length) {
    if (same[i]?.[j]) kept.push({ from: i++, to: j++ });
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return kept;
};

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** Replaces only the part of the text that differs. Never cuts a surrogate pair: Yjs would store a broken character. */
export const mergeText = (text: Y.Text, next: string): void => {
  const before = text.toString();
  if (before === next) return;
  const shorter = Math.min(before.length, next.length);
  let head = 0;
  while (head < shorter && before[head] === next[head]) head++;
  if (head > 0 && isHighSurrogate(next.charCodeAt(head - 1))) head--;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === next[next.length - 1 - tail]) tail++;
  if (tail > 0 && isLowSurrogate(next.charCodeAt(next.length - tail))) tail--;

  const removed = before.length - head - tail;
  if (removed > 0) text.delete(head, removed);
  const added = next.slice(head, next.length - tail);
  if (added !== '') text.insert(head, added);
};
