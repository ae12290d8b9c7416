const MAX_NAME_LENGTH = 64;

/** What a model may call a tool: letters, digits, `_` and `-`. Empty when nothing is left of the text. */
export const toToolName = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_-]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, MAX_NAME_LENGTH);

/** Gives each name once: the second of two gets `_2`. */
export const createNameGiver = (): ((wanted: string) => string) => {
  const taken = new Set<string>();
  return (wanted) => {
    let name = wanted;
    for (let count = 2; taken.has(name); count += 1) {
      const ending = `_${count}`;
      name = wanted.slice(0, MAX_NAME_LENGTH - ending.length) + ending;
    }
    taken.add(name);
    return name;
  };
};
