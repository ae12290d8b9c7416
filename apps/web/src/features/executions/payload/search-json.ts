/** A place inside a JSON value, written as JSONata and JavaScript write it: `$.items[0].name`. */
export const childPath = (path: string, key: string | number): string => {
  if (typeof key === 'number') return `${path}[${key}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
};

export const ROOT_PATH = '$';

export type JsonMatches = {
  /** Paths whose key or value holds the text. */
  matches: ReadonlySet<string>;
  /** Their ancestors, which must be open for them to be seen. */
  open: ReadonlySet<string>;
  /** The search stopped at its limit. */
  capped: boolean;
};

/** Values looked at before a search gives up; it runs on every keystroke. */
const MAX_VISITED = 50_000;
const MAX_MATCHES = 500;

/** Finds keys and plain values that hold `text`, whatever the case. */
export const searchJson = (value: unknown, text: string): JsonMatches => {
  const matches = new Set<string>();
  const open = new Set<string>();
  const needle = text.trim().toLowerCase();
  if (needle === '') return { matches, open, capped: false };
  let visited = 0;
  let capped = false;

  const visit = (current: unknown, path: string, ancestors: readonly string[], key: string): void => {
    if (capped) return;
    visited += 1;
    if (visited > MAX_VISITED || matches.size >= MAX_MATCHES) {
      capped = true;
      return;
    }
    const nested = typeof current === 'object' && current !== null;
    const own = nested ? key : `${key}\n${String(current)}`;
    if (own.toLowerCase().includes(needle)) {
      matches.add(path);
      for (const ancestor of ancestors) open.add(ancestor);
    }
    if (!nested) return;
    const below = [...ancestors, path];
    if (Array.isArray(current)) {
      for (const [index, item] of current.entries()) visit(item, childPath(path, index), below, '');
    } else {
      for (const [name, item] of Object.entries(current)) visit(item, childPath(path, name), below, name);
    }
  };

  visit(value, ROOT_PATH, [], '');
  return { matches, open, capped };
};
