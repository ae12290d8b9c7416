import * as Y from 'yjs';
import { draftNodes } from './draft-document.ts';

/** No vowels and no look-alikes, so that an id spells no word and can be read aloud. */
const SUFFIX_ALPHABET = 'bcdfghjkmnpqrstvwxz23456789';
const SUFFIX_LENGTH = 3;

/**
 * A free id such as `agent_k3f`. The suffix is random because two people who add a node at the same
 * time, or offline, would both take `agent_2`, and one node would replace the other on merge.
 */
export const newNodeId = (doc: Y.Doc, stem: string, alsoTaken: ReadonlySet<string> = new Set()): string => {
  const base =
    stem
      .replace(/[^A-Za-z0-9_]+/g, '_')
      .replace(/^(?=\d)/, '_')
      .slice(0, 64 - SUFFIX_LENGTH - 1) || 'node';
  const nodes = draftNodes(doc);
  for (;;) {
    const random = crypto.getRandomValues(new Uint32Array(SUFFIX_LENGTH));
    const suffix = [...random].map((value) => SUFFIX_ALPHABET[value % SUFFIX_ALPHABET.length]).join('');
    const id = `${base}_${suffix}`;
    if (!nodes.has(id) && !alsoTaken.has(id)) return id;
  }
};

/** `Agent`, then `Agent 2`, … */
export const freeName = (doc: Y.Doc, title: string): string => {
  const names = new Set([...draftNodes(doc).values()].map((node) => (node instanceof Y.Map ? node.get('name') : null)));
  if (!names.has(title)) return title;
  for (let n = 2; ; n++) if (!names.has(`${title} ${n}`)) return `${title} ${n}`;
};
