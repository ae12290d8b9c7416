import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { workflowDefinitionSchema } from '../definition/workflow-definition.ts';
import { absolutePosition, byId } from '../graph/parents.ts';
import { validateWorkflow } from '../graph/validate-workflow.ts';
import { definitionToDraft, draftScopes, draftToDefinition, readNodes } from './draft-document.ts';
import { connect } from './edit-edges.ts';
import { copyFragment, duplicateNodes, insertFragment, removeNodes, renameNodeId } from './edit-nodes.ts';
import { moveIntoParent, releaseMembers, wrapNodes } from './edit-parents.ts';

const TYPES = ['transform', 'map', 'loop', 'group', 'note', 'merge', 'output'] as const;

/** Nodes in no particular nesting yet; the first one is the input. */
const start = () =>
  definitionToDraft(
    workflowDefinitionSchema.parse({
      nodes: [
        { id: 'start', type: 'input', name: 'Start' },
        ...Array.from({ length: 14 }, (_, i) => ({
          id: `n${i}`,
          type: TYPES[i % TYPES.length],
          name: `N${i}`,
          position: { x: i * 10, y: i * 7 },
        })),
      ],
      edges: [],
    }),
  );

type Edit = { what: string; at: number[]; into: number };

const edits = fc.array(
  fc.record({
    what: fc.constantFrom(
      'move',
      'move',
      'move',
      'out',
      'wrap',
      'group',
      'release',
      'remove',
      'duplicate',
      'paste',
      'rename',
      'connect',
      'connect',
    ),
    at: fc.array(fc.nat(40), { minLength: 1, maxLength: 4 }),
    into: fc.nat(40),
  }),
  { maxLength: 25 },
);

const ORIGIN = 'me';
const OFFSET = { x: 24, y: 24 };

const apply = (doc: Y.Doc, { what, at, into }: Edit): void => {
  const ids = readNodes(doc).map(({ id }) => id);
  const pick = (n: number) => ids[n % ids.length] ?? '';
  const nodes = at.map(pick);
  const frame = { position: { x: 5, y: 5 }, size: { width: 100, height: 100 } };
  if (what === 'move') moveIntoParent(doc, nodes, pick(into), ORIGIN);
  else if (what === 'out') moveIntoParent(doc, nodes, undefined, ORIGIN);
  else if (what === 'wrap') wrapNodes(doc, nodes, { type: 'loop', ...frame }, ORIGIN);
  else if (what === 'group') wrapNodes(doc, nodes, { type: 'group', ...frame }, ORIGIN);
  else if (what === 'release') releaseMembers(doc, nodes, ORIGIN);
  else if (what === 'remove') removeNodes(doc, nodes.slice(0, 1), ORIGIN);
  else if (what === 'duplicate') duplicateNodes(doc, nodes.slice(0, 2), OFFSET, ORIGIN);
  else if (what === 'paste') insertFragment(doc, copyFragment(doc, nodes.slice(0, 2)), OFFSET, ORIGIN, pick(into));
  else if (what === 'rename') renameNodeId(doc, pick(into), `${pick(into).slice(0, 40)}_x`, ORIGIN);
  else connect(doc, { source: pick(into), sourcePort: 'out', target: nodes[0] ?? '', targetPort: 'in' }, ORIGIN);
};

const places = (doc: Y.Doc): Map<string, { x: number; y: number }> => {
  const nodes = byId(readNodes(doc));
  return new Map([...nodes.keys()].map((id) => [id, absolutePosition(nodes, id)]));
};

const STRUCTURAL = new Set([
  'malformed',
  'invalid_parent',
  'crosses_container',
  'cycle',
  'unknown_node',
  'duplicate_edge_id',
]);

describe('whatever is moved, wrapped, copied and removed', () => {
  it('is in one scope with what it is connected to, and in nothing that cannot hold it', () => {
    fc.assert(
      fc.property(edits, (list) => {
        const doc = start();
        for (const edit of list) {
          apply(doc, edit);
          const { problems } = validateWorkflow(draftToDefinition(doc));
          expect(problems.filter(({ code }) => STRUCTURAL.has(code))).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('stays where it was on the canvas', () => {
    fc.assert(
      fc.property(edits, (list) => {
        const doc = start();
        for (const edit of list) {
          const before = places(doc);
          apply(doc, edit);
          for (const [id, place] of places(doc)) if (before.has(id)) expect(place).toEqual(before.get(id));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('comes back by undo', () => {
    fc.assert(
      fc.property(edits, (list) => {
        const doc = start();
        const before = draftToDefinition(doc);
        const undo = new Y.UndoManager(draftScopes(doc), { trackedOrigins: new Set([ORIGIN]), captureTimeout: 0 });
        for (const edit of list) apply(doc, edit);
        while (undo.canUndo()) undo.undo();
        expect(draftToDefinition(doc)).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });
});
