import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';

/** The web app runs from the repository's root or from its own folder. */
const ROOTS = ['.', '../..'];

const read = async (file: string): Promise<string | undefined> => {
  for (const root of ROOTS) {
    try {
      return await readFile(path.resolve(process.cwd(), root, file), 'utf8');
    } catch {
      // Not below this root, or not written in this language.
    }
  }
  return undefined;
};

/** The README of a node type in a language, in English where there is no other; null when it has none. */
export const readNodeHelp = async ({ type, locale }: { type: string; locale: 'en' | 'ja' }): Promise<string | null> => {
  const definition = getNodeDefinition(type);
  if (!definition) return null;
  const folder = `packages/core/src/nodes/${definition.type}`;
  const translated = locale === 'en' ? undefined : await read(`${folder}/README.${locale}.md`);
  return translated ?? (await read(`${folder}/README.md`)) ?? null;
};
