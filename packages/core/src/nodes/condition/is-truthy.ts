/** Models and forms answer with text, so the words count for what they say. */
const FALSE_WORDS = new Set(['', 'false', 'no', '0', 'null']);

export const isTruthy = (value: unknown): boolean => {
  if (typeof value === 'string') return !FALSE_WORDS.has(value.trim().toLowerCase());
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
};
