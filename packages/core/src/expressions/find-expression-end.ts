/**
 * Where the expression ends: at the first `}}` that closes no brace of its own and stands in no string, quoted name,
 * comment or regular expression. `{{ {"a": {"b": "}}"}} }}` is one expression. `start` is the position behind the `{{`;
 * `undefined` when nothing closes it.
 */
export const findExpressionEnd = (template: string, start: number): number | undefined => {
  let depth = 0;
  /** The last character that means something: a `/` after a value divides, elsewhere it opens a pattern. */
  let last = '';
  let position = start;
  while (position < template.length) {
    const character = template.charAt(position);
    const skipped = skipOpaque(template, position, last);
    if (skipped !== undefined) {
      if (character !== '/' || template.charAt(position + 1) !== '*') last = character;
      position = skipped;
      continue;
    }
    if (depth === 0 && template.startsWith('}}', position)) return position;
    if (character === '{') depth += 1;
    if (character === '}') depth -= 1;
    if (character.trim() !== '') last = character;
    position += 1;
  }
  return undefined;
};

/** The position behind the string, quoted name, comment or pattern that begins here; `undefined` when none does. */
const skipOpaque = (template: string, position: number, last: string): number | undefined => {
  const character = template.charAt(position);
  if (character === '"' || character === "'") return skipTo(character, template, position + 1);
  if (character === '`') return skipPlain('`', template, position + 1);
  if (character !== '/') return undefined;
  if (template.charAt(position + 1) === '*') return skipPlain('*/', template, position + 2);
  return endsValue(last) ? undefined : skipTo('/', template, position + 1);
};

/** Behind the next `end` that no backslash escapes. */
const skipTo = (end: string, template: string, from: number): number => {
  for (let position = from; position < template.length; position += 1) {
    const character = template.charAt(position);
    if (character === '\\') position += 1;
    else if (character === end) return position + 1;
  }
  return template.length;
};

const skipPlain = (end: string, template: string, from: number): number => {
  const found = template.indexOf(end, from);
  return found === -1 ? template.length : found + end.length;
};

const endsValue = (character: string): boolean => /[\p{L}\p{N}_$%)\]}"'`]/u.test(character);
