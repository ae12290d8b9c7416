const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Members that people tell entries of a list apart by, the best first. */
const NAMING = ['label', 'title', 'name', 'id', 'role', 'description', 'equals'];

/** What an entry of a list is about, in a few of its own words; empty when it says nothing yet. */
export const itemTitle = (item: unknown): string => {
  if (typeof item === 'string' || typeof item === 'number') return String(item);
  if (!isRecord(item)) return '';
  for (const key of NAMING) {
    const value = item[key];
    if (typeof value === 'string' && value.trim() !== '') return value.replace(/\s+/g, ' ').trim().slice(0, 80);
  }
  return '';
};

/** The list with one entry elsewhere. */
export const moveItem = <Item>(list: readonly Item[], from: number, to: number): Item[] => {
  const next = [...list];
  const [moved] = next.splice(from, 1);
  if (moved !== undefined) next.splice(to, 0, moved);
  return next;
};
