import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type WorkflowDefinitionInput, workflowDefinitionSchema } from '../definition/workflow-definition.ts';
import { validateWorkflow } from '../graph/validate-workflow.ts';
import {
  definitionToDraft,
  draftEdges,
  draftScopes,
  draftSettings,
  draftToDefinition,
  readEdges,
  readNode,
} from './draft-document.ts';
import { connect, connectionProblem, removeEdges } from './edit-edges.ts';
import {
  addNode,
  copyFragment,
  insertFragment,
  moveNodes,
  removeNodes,
  renameNodeId,
  setConfig,
  setField,
  setSettings,
  textField,
  updateNode,
} from './edit-nodes.ts';
import { newNodeId } from './new-names.ts';

const edge = (source: string, target: string, sourcePort = 'out') => ({
  id: `${source}-${target}`,
  source,
  sourcePort,
  target,
});

const FLOW: WorkflowDefinitionInput = {
  nodes: [
    { id: 'start', type: 'input', name: 'Start' },
    { id: 'ask', type: 'agent', name: 'Ask', config: { role: 'R', prompt: 'Do {{ input.x }}' } },
    {
      id: 'route',
      type: 'condition',
      name: 'Route',
      config: {
        mode: 'switch',
        value: '{{ steps.ask.output }}',
        cases: [{ id: 'a', equals: '{{ steps.ask.output.a }}' }],
      },
    },
    {
      id: 'shape',
      type: 'transform',
      name: 'Shape',
      config: { mode: 'jsonata', expression: 'steps.ask.output & steps.asked' },
    },
    {
      id: 'run',
      type: 'code',
      name: 'Run',
      config: { source: "return steps.ask.output + steps['ask'].output + steps.asked;" },
    },
    { id: 'end', type: 'output', name: 'End' },
  ],
  edges: [
    edge('start', 'ask'),
    edge('ask', 'route'),
    edge('route', 'shape', 'a'),
    edge('route', 'run', 'default'),
    edge('shape', 'end'),
    edge('run', 'end'),
  ],
};

const flow = () => definitionToDraft(workflowDefinitionSchema.parse(FLOW));

/** Counts the transactions that change something. */
const countUpdates = (doc: Y.Doc): { updates: unknown[] } => {
  const seen: { updates: unknown[] } = { updates: [] };
  doc.on('update', (_update: Uint8Array, origin: unknown) => seen.updates.push(origin));
  return seen;
};

const sync = (a: Y.Doc, b: Y.Doc) => {
  Y.applyUpdate(a, Y.encodeStateAsUpdate(b, Y.encodeStateVector(a)));
  Y.applyUpdate(b, Y.encodeStateAsUpdate(a, Y.encodeStateVector(b)));
};

describe('nodes', () => {
  it('are added with defaults, a number in the name and a free id, in one transaction', () => {
    const doc = flow();
    const seen = countUpdates(doc);
    const ids = [1, 2].map((n) => addNode(doc, { type: 'agent', position: { x: n, y: 0 } }, 'me'));
    expect(seen.updates).toEqual(['me', 'me']);
    expect(ids[0]).toMatch(/^agent_[a-z0-9]{3}$/);
    expect(ids.map((id) => readNode(doc, id)?.name)).toEqual(['Agent', 'Agent 2']);
    expect(readNode(doc, ids[0] ?? '')?.config).toMatchObject({ model: 'auto', temperature: 0.7 });
    expect(draftToDefinition(doc).nodes.at(-1)?.id).toBe(ids[1]);
  });

  it('get ids that fit, whatever they are made from', () => {
    const doc = new Y.Doc();
    for (const stem of ['Über Größe', '9 lives', '', 'x'.repeat(200)]) {
      const id = newNodeId(doc, stem);
      expect(workflowDefinitionSchema.safeParse({ nodes: [{ id, type: 't', name: 'N' }], edges: [] }).success, id).toBe(
        true,
      );
    }
  });

  it('keep a wanted id unless it is taken', () => {
    const doc = flow();
    expect(addNode(doc, { type: 'delay', id: 'pause', position: { x: 0, y: 0 } }, 'me')).toBe('pause');
    expect(addNode(doc, { type: 'delay', id: 'ask', position: { x: 0, y: 0 } }, 'me')).toMatch(/^ask_/);
  });

  it('are moved, renamed, disabled and given policies', () => {
    const doc = flow();
    moveNodes(
      doc,
      [
        { id: 'ask', position: { x: 5, y: 6 } },
        { id: 'nobody', position: { x: 0, y: 0 } },
      ],
      'me',
    );
    updateNode(
      doc,
      'ask',
      {
        name: 'New',
        disabled: true,
        onError: 'continue',
        timeoutMs: 500,
        retry: { maxAttempts: 3, backoffMs: 0, backoffFactor: 1 },
      },
      'me',
    );
    expect(readNode(doc, 'ask')).toMatchObject({
      position: { x: 5, y: 6 },
      name: 'New',
      disabled: true,
      onError: 'continue',
      timeoutMs: 500,
    });
    updateNode(doc, 'ask', { retry: undefined, disabled: undefined }, 'me');
    expect(readNode(doc, 'ask')).not.toHaveProperty('retry');
  });

  it('are removed with their edges, and come back with them by one undo', () => {
    const doc = flow();
    const before = draftToDefinition(doc);
    const undo = new Y.UndoManager(draftScopes(doc), { trackedOrigins: new Set(['me']) });
    removeNodes(doc, ['route'], 'me');
    expect(draftToDefinition(doc).edges.map(({ id }) => id)).toEqual(['start-ask', 'shape-end', 'run-end']);
    undo.undo();
    expect(draftToDefinition(doc)).toEqual(before);
  });
});

describe('fields', () => {
  it('change by path, in one transaction, and nothing else does', () => {
    const doc = flow();
    const seen = countUpdates(doc);
    setField(doc, 'route', ['cases', 0, 'equals'], 'yes', 'me');
    setField(doc, 'ask', ['temperature'], 0.2, 'me');
    expect(seen.updates).toEqual(['me', 'me']);
    expect(readNode(doc, 'route')?.config).toMatchObject({ cases: [{ id: 'a', equals: 'yes' }], mode: 'switch' });
    setField(doc, 'ask', ['temperature'], undefined, 'me');
    expect(readNode(doc, 'ask')?.config).not.toHaveProperty('temperature');
  });

  it('keep quiet about paths that lead nowhere, and about values that are already there', () => {
    const doc = flow();
    const seen = countUpdates(doc);
    for (const path of [['cases', 7, 'equals'], ['cases', 'x'], [], ['mode', 'deeper']])
      setField(doc, 'route', path, 'x', 'me');
    setField(doc, 'nobody', ['x'], 1, 'me');
    setField(doc, 'route', ['mode'], 'switch', 'me');
    setConfig(doc, 'route', readNode(doc, 'route')?.config ?? {}, 'me');
    expect(seen.updates).toEqual([]);
  });

  it('that are text merge what two people type', () => {
    const doc = flow();
    const other = new Y.Doc();
    sync(doc, other);
    setField(doc, 'ask', ['prompt'], 'Please do {{ input.x }}', 'me');
    setField(other, 'ask', ['prompt'], 'Do {{ input.x }} now', 'them');
    sync(doc, other);
    const merged = draftToDefinition(doc);
    expect(merged.nodes[1]?.config.prompt).toBe('Please do {{ input.x }} now');
    expect(draftToDefinition(other)).toEqual(merged);
    expect(textField(doc, 'ask', ['prompt'])?.toString()).toBe('Please do {{ input.x }} now');
    expect(textField(doc, 'route', ['cases', 0, 'equals'])).toBeInstanceOf(Y.Text);
    expect(textField(doc, 'route', ['mode'])).toBeUndefined();
  });

  it('of different names set at the same time both stay, also from a whole form', () => {
    const doc = flow();
    const other = new Y.Doc();
    sync(doc, other);
    setConfig(doc, 'ask', { ...readNode(doc, 'ask')?.config, maxTokens: 9 }, 'me');
    setConfig(other, 'ask', { ...readNode(other, 'ask')?.config, temperature: 0 }, 'them');
    sync(doc, other);
    expect(readNode(doc, 'ask')?.config).toMatchObject({ maxTokens: 9, temperature: 0 });
  });

  it('of a list grow and shrink without touching the other entries', () => {
    const doc = flow();
    const kept = textField(doc, 'route', ['cases', 0, 'equals']);
    setField(
      doc,
      'route',
      ['cases'],
      [
        { id: 'new', equals: '1' },
        { id: 'a', equals: '{{ steps.ask.output.a }}' },
        { id: 'z', equals: '' },
      ],
      'me',
    );
    expect(textField(doc, 'route', ['cases', 1, 'equals'])).toBe(kept);
    setField(doc, 'route', ['cases'], [{ id: 'a', equals: '{{ steps.ask.output.a }}' }], 'me');
    expect(textField(doc, 'route', ['cases', 0, 'equals'])).toBe(kept);
  });

  it('that are entries of a list are replaced and taken out, with what they hold', () => {
    const doc = flow();
    setField(doc, 'route', ['cases', 0], { id: 'b', equals: 'x' }, 'me');
    expect(readNode(doc, 'route')?.config).toMatchObject({ cases: [{ id: 'b', equals: 'x' }] });
    setField(doc, 'route', ['cases', 0], 'no case', 'me');
    expect(readNode(doc, 'route')?.config).toMatchObject({ cases: ['no case'] });
    setField(doc, 'route', ['cases', 0], undefined, 'me');
    expect(readNode(doc, 'route')?.config).toMatchObject({ cases: [] });
    expect(textField(doc, 'route', ['cases', 0, 'equals'])).toBeUndefined();
  });

  it('of the workflow', () => {
    const doc = flow();
    setSettings(doc, { budget: { usd: 2, onReached: 'ask' }, maxParallel: 3 }, 'me');
    expect(draftToDefinition(doc).settings).toMatchObject({ budget: { usd: 2, onReached: 'ask' }, maxParallel: 3 });
    setSettings(doc, { budget: undefined }, 'me');
    expect(draftToDefinition(doc).settings).not.toHaveProperty('budget');
  });

  it('of the workflow read the dollars of an old draft as its budget, until another one is set', () => {
    const doc = flow();
    draftSettings(doc).set('budgetUsd', 3);
    expect(draftToDefinition(doc).settings.budget).toEqual({ usd: 3, onReached: 'fail' });
    setSettings(doc, { budget: undefined }, 'me');
    expect(draftToDefinition(doc).settings).not.toHaveProperty('budget');
  });
});

describe('a new id', () => {
  it('takes edges and every kind of reference with it, and nothing that only looks like one', () => {
    const doc = flow();
    const seen = countUpdates(doc);
    expect(renameNodeId(doc, 'ask', 'question', 'me')).toBe(true);
    expect(seen.updates).toEqual(['me']);
    const { nodes, edges } = draftToDefinition(doc);
    const config = (id: string) => nodes.find((node) => node.id === id)?.config;
    expect(config('question')).toEqual({ role: 'R', prompt: 'Do {{ input.x }}' });
    expect(config('route')).toMatchObject({
      value: '{{ steps.question.output }}',
      cases: [{ equals: '{{ steps.question.output.a }}' }],
    });
    expect(config('shape')).toMatchObject({ expression: 'steps.question.output & steps.asked' });
    expect(config('run')).toEqual({ source: "return steps.question.output + steps['question'].output + steps.asked;" });
    expect(edges.slice(0, 2)).toMatchObject([
      { source: 'start', target: 'question' },
      { source: 'question', target: 'route' },
    ]);
    expect(nodes.map(({ id }) => id)).toEqual(['start', 'question', 'route', 'shape', 'run', 'end']);
  });

  it('is refused when it is taken or is none', () => {
    const doc = flow();
    const seen = countUpdates(doc);
    for (const to of ['route', 'ask', '1x', '', 'with space']) expect(renameNodeId(doc, 'ask', to, 'me')).toBe(false);
    expect(renameNodeId(doc, 'nobody', 'somebody', 'me')).toBe(false);
    expect(seen.updates).toEqual([]);
  });
});

describe('edges', () => {
  const from = (source: string, target: string, sourcePort = 'out') => ({
    source,
    sourcePort,
    target,
    targetPort: 'in',
  });

  it.each([
    ['unknown_node', from('ask', 'nobody')],
    ['unknown_port', from('ask', 'end', 'elsewhere')],
    ['unknown_port', from('ask', 'start')],
    ['unknown_port', from('end', 'ask')],
    ['same_node', from('ask', 'ask')],
    ['duplicate', from('ask', 'route')],
    ['cycle', from('run', 'ask')],
  ])('are refused: %s', (problem, connection) => {
    const doc = flow();
    expect(connectionProblem(doc, connection)).toBe(problem);
    expect(connect(doc, connection, 'me')).toBeUndefined();
    expect(readEdges(doc)).toHaveLength(6);
  });

  it('are drawn and removed', () => {
    const doc = flow();
    const id = connect(doc, from('ask', 'end'), 'me') ?? expect.unreachable();
    expect(readEdges(doc).at(-1)).toEqual({ id, ...from('ask', 'end') });
    removeEdges(doc, [id], 'me');
    expect(readEdges(doc)).toHaveLength(6);
  });

  it('get an id of their own where another edge has the one that their ends make', () => {
    const doc = flow();
    const first = connect(doc, from('ask', 'end'), 'me') ?? expect.unreachable();
    const ends = from('ask', 'shape');
    for (const id of [first, `${first}_2`]) draftEdges(doc).set(id, ends);
    expect(connect(doc, from('ask', 'end'), 'me')).toBe(`${first}_3`);
  });

  it('drawn by two people at once are one', () => {
    const doc = flow();
    const other = new Y.Doc();
    sync(doc, other);
    connect(doc, from('ask', 'end'), 'me');
    connect(other, from('ask', 'end'), 'them');
    sync(doc, other);
    expect(readEdges(doc)).toHaveLength(7);
  });

  it('to a node that somebody else removed at the same time are left out until it is back', () => {
    const doc = flow();
    const other = new Y.Doc();
    sync(doc, other);
    const undo = new Y.UndoManager(draftScopes(doc), { trackedOrigins: new Set(['me']) });
    removeNodes(doc, ['shape'], 'me');
    connect(other, from('ask', 'shape'), 'them');
    sync(doc, other);
    expect(readEdges(doc).some(({ target }) => target === 'shape')).toBe(false);
    undo.undo();
    expect(readEdges(doc).filter(({ target }) => target === 'shape')).toHaveLength(2);
  });
});

describe('a copied part', () => {
  it('is pasted with fresh ids, its references among itself rewritten', () => {
    const doc = flow();
    const fragment = copyFragment(doc, ['ask', 'route', 'shape']);
    expect(fragment.edges.map(({ id }) => id)).toEqual(['ask-route', 'route-shape']);
    const seen = countUpdates(doc);
    const ids = insertFragment(doc, JSON.parse(JSON.stringify(fragment)), { x: 40, y: 20 }, 'me');
    expect(seen.updates).toEqual(['me']);
    const [ask, route] = [ids.get('ask') ?? '', ids.get('route') ?? ''];
    expect(readNode(doc, route)?.config).toMatchObject({ value: `{{ steps.${ask}.output }}` });
    expect(readNode(doc, ask)).toMatchObject({ name: 'Ask 2', position: { x: 40, y: 20 } });
    expect(readEdges(doc)).toHaveLength(8);
    expect(draftToDefinition(doc).nodes).toHaveLength(9);
  });

  it('goes into another workflow, twice, and what is made is valid', () => {
    const doc = definitionToDraft(workflowDefinitionSchema.parse({ nodes: [], edges: [] }));
    const whole = copyFragment(flow(), ['start', 'ask', 'end']);
    const first = insertFragment(doc, whole, { x: 0, y: 0 }, 'me');
    const second = insertFragment(
      doc,
      { nodes: whole.nodes.filter(({ type }) => type === 'agent'), edges: [] },
      { x: 0, y: 0 },
      'me',
    );
    const [start = '', end = '', agent = ''] = [first.get('start'), first.get('end'), second.get('ask')];
    removeNodes(doc, [first.get('ask') ?? ''], 'me');
    for (const [source, target] of [
      [start, agent],
      [agent, end],
    ] as const) {
      expect(connect(doc, { source, sourcePort: 'out', target, targetPort: 'in' }, 'me')).toBeDefined();
    }
    expect(validateWorkflow(draftToDefinition(doc)).problems.filter(({ severity }) => severity === 'error')).toEqual(
      [],
    );
  });
});
