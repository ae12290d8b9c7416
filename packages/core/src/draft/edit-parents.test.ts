import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { workflowDefinitionSchema } from '../definition/workflow-definition.ts';
import { definitionToDraft, draftScopes, draftToDefinition, readEdges, readNode, readNodes } from './draft-document.ts';
import { connect, connectionProblem } from './edit-edges.ts';
import { copyFragment, duplicateNodes, insertFragment, removeNodes, renameNodeId } from './edit-nodes.ts';
import { moveIntoParent, parentProblem, releaseMembers, wrapNodes } from './edit-parents.ts';

type Node = { id: string; type?: string; parent?: string; at?: [number, number]; config?: Record<string, unknown> };

const draft = (nodes: Node[], ...edges: string[]) =>
  definitionToDraft(
    workflowDefinitionSchema.parse({
      nodes: nodes.map(({ id, type = 'transform', parent, at: [x, y] = [0, 0], config }) => ({
        id,
        type,
        name: id,
        position: { x, y },
        ...(parent === undefined ? {} : { parent }),
        ...(config ? { config } : {}),
      })),
      edges: edges.map((edge) => {
        const [source, target] = edge.split('>');
        return { id: edge, source, target };
      }),
    }),
  );

/** `start > each[ a > b ] > end`, `box` is a group with the note in it. */
const flow = () =>
  draft(
    [
      { id: 'start', type: 'input' },
      { id: 'each', type: 'map', at: [100, 100] },
      { id: 'a', parent: 'each', at: [10, 20] },
      { id: 'b', parent: 'each', at: [200, 20], config: { template: '{{ steps.a.output }}{{ item }}' } },
      { id: 'box', type: 'group', at: [500, 500] },
      { id: 'memo', type: 'note', parent: 'box', at: [5, 5] },
      { id: 'loose', at: [300, 300] },
      { id: 'end', type: 'output', at: [900, 0] },
    ],
    'start>each',
    'each>end',
    'a>b',
    'start>loose',
    'loose>end',
  );

const edgesOf = (doc: Y.Doc) => readEdges(doc).map(({ source, target }) => `${source}>${target}`);
const parentOf = (doc: Y.Doc, id: string) => readNode(doc, id)?.parent;
const positionOf = (doc: Y.Doc, id: string) => readNode(doc, id)?.position;

const countUpdates = (doc: Y.Doc): { count: number } => {
  const seen = { count: 0 };
  doc.on('update', () => {
    seen.count += 1;
  });
  return seen;
};

describe('moving into a container', () => {
  it('keeps the place on the canvas and removes the edges that would cross', () => {
    const doc = flow();
    const seen = countUpdates(doc);
    expect(moveIntoParent(doc, ['loose'], 'each', 'me')).toEqual(['loose']);
    expect(seen.count).toBe(1);
    expect(readNode(doc, 'loose')).toMatchObject({ parent: 'each', position: { x: 200, y: 200 } });
    expect(edgesOf(doc)).toEqual(['start>each', 'each>end', 'a>b']);
    expect(moveIntoParent(doc, ['loose'], undefined, 'me')).toEqual(['loose']);
    expect(readNode(doc, 'loose')).toMatchObject({ position: { x: 300, y: 300 } });
    expect(parentOf(doc, 'loose')).toBeUndefined();
  });

  it('keeps edges between nodes that move together, and all of a group', () => {
    const doc = flow();
    expect(moveIntoParent(doc, ['a', 'b'], undefined, 'me')).toEqual(['a', 'b']);
    expect(edgesOf(doc)).toContain('a>b');
    expect(positionOf(doc, 'b')).toEqual({ x: 300, y: 120 });
    expect(moveIntoParent(doc, ['loose'], 'box', 'me')).toEqual(['loose']);
    expect(edgesOf(doc)).toContain('start>loose');
    expect(positionOf(doc, 'loose')).toEqual({ x: -200, y: -200 });
  });

  it('takes a group with what is in it, once', () => {
    const doc = flow();
    expect(moveIntoParent(doc, ['memo', 'box', 'nobody'], 'each', 'me')).toEqual(['box']);
    expect([parentOf(doc, 'memo'), parentOf(doc, 'box')]).toEqual(['box', 'each']);
  });

  it('changes nothing for a node that is there already', () => {
    const doc = flow();
    const seen = countUpdates(doc);
    expect(moveIntoParent(doc, ['a'], 'each', 'me')).toEqual([]);
    expect(seen.count).toBe(0);
  });

  it.each([
    ['nobody', 'each', 'unknown_node'],
    ['a', 'nobody', 'unknown_node'],
    ['nobody', undefined, 'unknown_node'],
    ['a', 'loose', 'contains_nothing'],
    ['each', 'each', 'circle'],
    ['start', 'each', 'only_at_top'],
    ['end', 'box', undefined],
    ['loose', 'each', undefined],
    ['a', undefined, undefined],
  ])('%s into %s: %s', (id, parent, problem) => {
    const doc = flow();
    expect(parentProblem(doc, id, parent)).toBe(problem);
  });

  it('refuses circles, outputs inside a group, and more than five containers in each other', () => {
    const nested = Array.from({ length: 5 }, (_, i) => ({
      id: `m${i}`,
      type: 'map',
      ...(i > 0 ? { parent: `m${i - 1}` } : {}),
    }));
    const doc = draft([
      ...nested,
      { id: 'inner', type: 'loop' },
      { id: 'leaf', parent: 'inner' },
      { id: 'box', type: 'group' },
      { id: 'end', type: 'output', parent: 'box' },
    ]);
    expect(parentProblem(doc, 'm0', 'm3')).toBe('circle');
    expect(parentProblem(doc, 'box', 'm0')).toBe('only_at_top');
    expect(parentProblem(doc, 'leaf', 'm4')).toBeUndefined();
    expect(parentProblem(doc, 'inner', 'm3')).toBeUndefined();
    expect(parentProblem(doc, 'inner', 'm4')).toBe('too_deep');
  });
});

describe('removing a container', () => {
  it('takes what is inside with it, and all comes back by one undo', () => {
    const doc = flow();
    const before = draftToDefinition(doc);
    const undo = new Y.UndoManager(draftScopes(doc), { trackedOrigins: new Set(['me']) });
    removeNodes(doc, ['each'], 'me');
    expect(readNodes(doc).map(({ id }) => id)).toEqual(['start', 'box', 'memo', 'loose', 'end']);
    expect(edgesOf(doc)).toEqual(['start>loose', 'loose>end']);
    undo.undo();
    expect(draftToDefinition(doc)).toEqual(before);
  });

  it('can leave what is inside where it stands', () => {
    const doc = flow();
    moveIntoParent(doc, ['box'], 'each', 'me');
    releaseMembers(doc, ['each', 'nobody'], 'me');
    expect(readNode(doc, 'each')).toBeUndefined();
    expect([parentOf(doc, 'a'), parentOf(doc, 'box'), parentOf(doc, 'memo')]).toEqual([undefined, undefined, 'box']);
    expect([positionOf(doc, 'a'), positionOf(doc, 'box')]).toEqual([
      { x: 110, y: 120 },
      { x: 500, y: 500 },
    ]);
    expect(edgesOf(doc)).toEqual(['a>b', 'start>loose', 'loose>end']);
  });

  it('releases into the container around it', () => {
    const doc = draft([
      { id: 'outer', type: 'map', at: [10, 10] },
      { id: 'inner', type: 'loop', parent: 'outer', at: [20, 20] },
      { id: 'a', parent: 'inner', at: [5, 5] },
    ]);
    releaseMembers(doc, ['inner'], 'me');
    expect(readNode(doc, 'a')).toMatchObject({ parent: 'outer', position: { x: 25, y: 25 } });
  });

  it('by another person leaves a node that was just put in at the top, until it is back', () => {
    const doc = flow();
    const other = new Y.Doc();
    Y.applyUpdate(other, Y.encodeStateAsUpdate(doc));
    const undo = new Y.UndoManager(draftScopes(doc), { trackedOrigins: new Set(['me']) });
    removeNodes(doc, ['each'], 'me');
    moveIntoParent(other, ['loose'], 'each', 'them');
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(other));
    expect(readNodes(doc).find(({ id }) => id === 'loose')).not.toHaveProperty('parent');
    undo.undo();
    expect(readNodes(doc).find(({ id }) => id === 'loose')).toHaveProperty('parent', 'each');
  });
});

describe('wrapping', () => {
  const frame = { position: { x: 250, y: 250 }, size: { width: 400, height: 200 } };

  it('puts a container around nodes and leads their edges to it', () => {
    const doc = flow();
    const id = wrapNodes(doc, ['loose'], { type: 'loop', ...frame }, 'me') ?? expect.unreachable();
    expect(readNode(doc, id)).toMatchObject({ type: 'loop', name: 'Loop', config: { maxRounds: 10 }, ...frame });
    expect(readNode(doc, 'loose')).toMatchObject({ parent: id, position: { x: 50, y: 50 } });
    expect(edgesOf(doc).slice(-2)).toEqual([`start>${id}`, `${id}>end`]);
  });

  it('puts a group around them without touching edges, inside the container that they are in', () => {
    const doc = flow();
    const id = wrapNodes(doc, ['a', 'b'], { type: 'group', name: 'Pair', ...frame }, 'me') ?? expect.unreachable();
    expect(readNode(doc, id)).toMatchObject({ name: 'Pair', parent: 'each', position: { x: 150, y: 150 } });
    expect(positionOf(doc, 'a')).toEqual({ x: -140, y: -130 });
    expect(edgesOf(doc)).toContain('a>b');
  });

  it('joins nodes of different groups of one scope', () => {
    const doc = flow();
    const id = wrapNodes(doc, ['memo', 'loose'], { type: 'map', ...frame }, 'me') ?? expect.unreachable();
    expect([parentOf(doc, 'memo'), parentOf(doc, 'loose'), parentOf(doc, id)]).toEqual([id, id, undefined]);
  });

  it.each([
    [[], 'group'],
    [['a', 'loose'], 'group'],
    [['start'], 'map'],
    [['loose'], 'transform'],
    [['loose'], 'no_such_type'],
  ])('%j in a %s is refused', (ids, type) => {
    const doc = flow();
    const seen = countUpdates(doc);
    expect(wrapNodes(doc, ids, { type, ...frame }, 'me')).toBeUndefined();
    expect(seen.count).toBe(0);
  });
});

describe('copying', () => {
  it('takes a container with its body under new ids', () => {
    const doc = flow();
    const ids = insertFragment(doc, copyFragment(doc, ['each']), { x: 1, y: 2 }, 'me');
    const [each = '', a = '', b = ''] = ['each', 'a', 'b'].map((id) => ids.get(id));
    expect(readNode(doc, each)?.position).toEqual({ x: 101, y: 102 });
    expect(readNode(doc, a)).toMatchObject({ parent: each, position: { x: 10, y: 20 } });
    expect(readNode(doc, b)?.config).toEqual({ template: `{{ steps.${a}.output }}{{ item }}` });
    expect(edgesOf(doc).at(-1)).toBe(`${a}>${b}`);
  });

  it('of a node inside stands at its place on the canvas, in nothing', () => {
    const fragment = copyFragment(flow(), ['a']);
    expect(fragment.nodes).toMatchObject([{ id: 'a', position: { x: 110, y: 120 } }]);
    expect(fragment.nodes[0]).not.toHaveProperty('parent');
  });

  it('goes into a container as far as it may', () => {
    const doc = flow();
    const fragment = copyFragment(doc, ['start', 'loose']);
    const ids = insertFragment(doc, fragment, { x: 0, y: 0 }, 'me', 'each');
    const [start = '', loose = ''] = [ids.get('start'), ids.get('loose')];
    expect(readNode(doc, loose)).toMatchObject({ parent: 'each', position: { x: 200, y: 200 } });
    expect(parentOf(doc, start)).toBeUndefined();
    expect(edgesOf(doc)).not.toContain(`${start}>${loose}`);
  });

  it('beside the original stays in its container, with the edges between', () => {
    const doc = flow();
    const seen = countUpdates(doc);
    const ids = duplicateNodes(doc, ['a', 'b', 'loose'], { x: 30, y: 40 }, 'me');
    expect(seen.count).toBe(1);
    const [a = '', b = '', loose = ''] = ['a', 'b', 'loose'].map((id) => ids.get(id));
    expect(readNode(doc, a)).toMatchObject({ parent: 'each', position: { x: 40, y: 60 } });
    expect(positionOf(doc, loose)).toEqual({ x: 330, y: 340 });
    expect(parentOf(doc, loose)).toBeUndefined();
    expect(edgesOf(doc)).toContain(`${a}>${b}`);
  });
});

describe('a new id', () => {
  it('is taken over by what is inside, by fields that name a step, and where several lead to a node', () => {
    const doc = draft(
      [
        { id: 'each', type: 'map' },
        { id: 'a', parent: 'each' },
        { id: 'b', parent: 'each' },
        {
          id: 'join',
          parent: 'each',
          config: {
            template: '{{ previous.a & previous.b & $lookup(previous, "a") }} {{ previous.a. }} {{ input.previous.a }}',
          },
        },
        { id: 'single', parent: 'each', config: { template: '{{ previous.a }}' } },
        {
          id: 'code',
          type: 'code',
          parent: 'each',
          config: { source: 'return previous.a + previous["a"] + previous.ab' },
        },
      ],
      'a>join',
      'b>join',
      'a>single',
      'a>code',
      'b>code',
    );
    expect(renameNodeId(doc, 'each', 'all', 'me')).toBe(true);
    expect(renameNodeId(doc, 'a', 'first', 'me')).toBe(true);
    expect(
      readNodes(doc)
        .slice(1)
        .map(({ parent }) => parent),
    ).toEqual(['all', 'all', 'all', 'all', 'all']);
    expect(readNode(doc, 'join')?.config.template).toBe(
      '{{ previous.first & previous.b & $lookup(previous, "first") }} {{ previous.first. }} {{ input.previous.a }}',
    );
    expect(readNode(doc, 'single')?.config.template).toBe('{{ previous.a }}');
    expect(readNode(doc, 'code')?.config.source).toBe('return previous.first + previous["first"] + previous.ab');
  });

  it('is taken over where a container gives the outputs of its last nodes, and in a copy of it', () => {
    const config = {
      template: '{{ steps.each.output[0].a & previous.a & $lookup(steps.each.output, "a") & previous.other }}',
    };
    const doc = draft(
      [
        { id: 'each', type: 'map' },
        { id: 'a', parent: 'each' },
        { id: 'b', parent: 'each' },
        { id: 'memo', type: 'note', parent: 'each' },
        { id: 'next', config },
        { id: 'beside' },
        { id: 'join', config: { template: '{{ previous.each.a & previous.a }}' } },
        { id: 'code', type: 'code', config: { source: "steps.each.output?.a + steps?.each.output['a'] + previous.a" } },
      ],
      'each>next',
      'each>join',
      'beside>join',
      'beside>code',
    );
    const copies = insertFragment(doc, copyFragment(doc, ['each', 'next']), { x: 0, y: 0 }, 'me');
    const [each, a] = [copies.get('each'), copies.get('a')];
    expect(readNode(doc, copies.get('next') ?? '')?.config.template).toBe(
      `{{ steps.${each}.output[0].${a} & previous.${a} & $lookup(steps.${each}.output, "${a}") & previous.other }}`,
    );
    renameNodeId(doc, 'a', 'first', 'me');
    expect(readNode(doc, 'next')?.config.template).toBe(
      '{{ steps.each.output[0].first & previous.first & $lookup(steps.each.output, "first") & previous.other }}',
    );
    expect(readNode(doc, 'join')?.config.template).toBe('{{ previous.each.first & previous.a }}');
    expect(readNode(doc, 'code')?.config.source).toBe(
      "steps.each.output?.first + steps?.each.output['first'] + previous.a",
    );
  });

  it('leaves the outputs of a body with one last node alone', () => {
    const doc = draft(
      [
        { id: 'each', type: 'map' },
        { id: 'a', parent: 'each' },
        { id: 'next', config: { template: '{{ previous.a }}' } },
      ],
      'each>next',
    );
    renameNodeId(doc, 'a', 'first', 'me');
    expect(readNode(doc, 'next')?.config.template).toBe('{{ previous.a }}');
  });

  it('is taken over by an evaluation that names the step, alone or in a copy', () => {
    const doc = draft([{ id: 'a' }, { id: 'judge', type: 'evaluate', config: { judged: 'a' } }], 'a>judge');
    const ids = insertFragment(doc, copyFragment(doc, ['a', 'judge']), { x: 0, y: 0 }, 'me');
    expect(readNode(doc, ids.get('judge') ?? '')?.config.judged).toBe(ids.get('a'));
    renameNodeId(doc, 'a', 'first', 'me');
    expect(readNode(doc, 'judge')?.config).toEqual({ judged: 'first' });
    const alone = insertFragment(doc, copyFragment(doc, ['judge']), { x: 0, y: 0 }, 'me');
    expect(readNode(doc, alone.get('judge') ?? '')?.config.judged).toBe('first');
  });

  it('of a copy is used where several lead to a node', () => {
    const doc = draft(
      [{ id: 'a' }, { id: 'b' }, { id: 'join', config: { template: '{{ previous.a }}' } }],
      'a>join',
      'b>join',
    );
    const ids = insertFragment(doc, copyFragment(doc, ['a', 'b', 'join']), { x: 0, y: 0 }, 'me');
    expect(readNode(doc, ids.get('join') ?? '')?.config.template).toBe(`{{ previous.${ids.get('a')} }}`);
  });
});

it('edges do not lead across the border of a container', () => {
  const doc = flow();
  const into = { source: 'start', sourcePort: 'out', target: 'a', targetPort: 'in' };
  expect(connectionProblem(doc, into)).toBe('crosses_container');
  expect(connect(doc, into, 'me')).toBeUndefined();
});
