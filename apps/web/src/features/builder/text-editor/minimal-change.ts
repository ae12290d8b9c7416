export type TextChange = { from: number; to: number; insert: string };

/**
 * The smallest replacement that turns `before` into `after`; undefined when they are equal.
 * Small changes keep the caret where it is and merge with what others type elsewhere in the text.
 */
export const minimalChange = (before: string, after: string): TextChange | undefined => {
  if (before === after) return undefined;
  const limit = Math.min(before.length, after.length);
  let start = 0;
  while (start < limit && before[start] === after[start]) start += 1;
  // A surrogate pair is never split.
  if (start > 0 && /[\uD800-\uDBFF]/.test(before[start - 1] ?? '')) start -= 1;
  let end = 0;
  while (end < limit - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  if (end > 0 && /[\uDC00-\uDFFF]/.test(before[before.length - end] ?? '')) end -= 1;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
};
