import { expect, it } from 'vitest';
import * as Y from 'yjs';
import { draftNodes } from './draft-document.ts';
import { freeName, newNodeId } from './new-names.ts';

const LETTERS = 'bcdfghjkmnpqrstvwxz23456789';

it('takes the last free id when all others are taken', () => {
  const all = [...LETTERS].flatMap((a) => [...LETTERS].flatMap((b) => [...LETTERS].map((c) => `agent_${a}${b}${c}`)));
  const taken = new Set(all.slice(0, -400));
  expect(all.slice(-400)).toContain(newNodeId(new Y.Doc(), 'agent', taken));
});

it('numbers names that are taken, whatever else stands in the document', () => {
  const doc = new Y.Doc();
  draftNodes(doc).set('broken', 'not a node');
  for (const name of ['Agent', 'Agent 2']) draftNodes(doc).set(name, new Y.Map([['name', name]]));
  expect(freeName(doc, 'Agent')).toBe('Agent 3');
  expect(freeName(doc, 'Map')).toBe('Map');
});
