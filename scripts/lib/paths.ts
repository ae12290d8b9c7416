import path from 'node:path';

export const ROOT = path.join(import.meta.dirname, '../..');

export const inRoot = (...parts: string[]): string => path.join(ROOT, ...parts);

/** How a person in the checkout would name the file. */
export const forPeople = (file: string): string => {
  const relative = path.relative(process.cwd(), file);
  return relative.startsWith('..') ? file : relative || '.';
};
