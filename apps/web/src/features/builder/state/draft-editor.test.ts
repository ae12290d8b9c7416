import { setTimeout as sleep } from 'node:timers/promises';
import { draftToDefinition, readNode } from '@agentweaver/core/draft/draft-document';
import { updateNode } from '@agentweaver/core/draft/edit-nodes';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { DraftEditor } from './draft-editor.ts';

let editor: DraftEditor;
let agent: string;
const prompt = () => readNode(editor.doc, agent)?.config.prompt;
const definition = () => draftToDefinition(editor.doc);

beforeEach(() => {
  editor = new DraftEditor(new Y.Doc());
  agent = editor.addStep({ type: 'agent', name: 'Agent', position: { x: 0, y: 0 } });
});
afterEach(() => editor.destroy());

const type = (text: string) => {
  for (let length = 1; length <= text.length; length += 1) editor.setField(agent, ['prompt'], text.slice(0, length));
};

describe('undo', () => {
  it('takes a burst of strokes in one field as one step', () => {
    type('hello');
    expect(prompt()).toBe('hello');
    editor.undo();
    expect(prompt()).toBe('{{ previous }}');
    editor.redo();
    expect(prompt()).toBe('hello');
  });

  it('starts a new step after a pause and in another field', async () => {
    // Yjs takes the time from the real clock, whatever a test puts in its place.
    const { doc } = editor;
    editor.destroy();
    editor = new DraftEditor(doc, { burstMs: 40 });
    type('one');
    await sleep(80);
    editor.setField(agent, ['prompt'], 'one two');
    editor.setField(agent, ['role'], 'Critic');
    editor.undo();
    expect(readNode(editor.doc, agent)?.config).toMatchObject({ role: 'Assistant', prompt: 'one two' });
    editor.undo();
    expect(prompt()).toBe('one');
  });

  it('brings back a deleted node with its edges and field values', () => {
    const next = editor.addStep({
      type: 'output',
      name: 'Output',
      position: { x: 300, y: 0 },
      attach: { kind: 'after', nodeId: agent, port: 'out' },
    });
    editor.setField(agent, ['prompt'], 'keep me');
    editor.remove({ nodeIds: [agent], edgeIds: [] });
    expect(definition().edges).toEqual([]);
    editor.undo();
    expect(prompt()).toBe('keep me');
    expect(definition().edges).toMatchObject([{ source: agent, target: next }]);
  });

  it('takes the move of many nodes as one step', () => {
    const other = editor.addStep({ type: 'agent', name: 'Agent', position: { x: 0, y: 200 } });
    editor.move([
      { id: agent, position: { x: 5, y: 5 } },
      { id: other, position: { x: 9, y: 9 } },
    ]);
    editor.undo();
    expect(definition().nodes.map((node) => node.position)).toEqual([
      { x: 0, y: 0 },
      { x: 0, y: 200 },
    ]);
  });

  it('leaves the edits of others alone', () => {
    editor.setField(agent, ['role'], 'Mine');
    updateNode(editor.doc, agent, { name: 'Theirs' }, 'somebody else');
    editor.undo();
    expect(readNode(editor.doc, agent)).toMatchObject({ name: 'Theirs', config: { role: 'Assistant' } });
  });

  it('keeps at most a hundred steps', () => {
    for (let x = 1; x <= 150; x += 1) editor.move([{ id: agent, position: { x, y: 0 } }]);
    for (let step = 0; step < 200 && editor.canUndo(); step += 1) editor.undo();
    expect(readNode(editor.doc, agent)?.position.x).toBe(50);
  });
});

describe('wiring', () => {
  const link = () => definition().edges.map((edge) => `${edge.source}.${edge.sourcePort}>${edge.target}`);

  it('splices a new node into an edge, in one undo step', () => {
    const end = editor.addStep({
      type: 'output',
      name: 'Output',
      position: { x: 600, y: 0 },
      attach: { kind: 'after', nodeId: agent, port: 'out' },
    });
    const edgeId = definition().edges[0]?.id ?? '';
    const middle = editor.addStep({
      type: 'transform',
      name: 'Transform',
      position: { x: 300, y: 0 },
      attach: { kind: 'edge', edgeId },
    });
    expect(link()).toEqual([`${agent}.out>${middle}`, `${middle}.out>${end}`]);
    editor.undo();
    expect(link()).toEqual([`${agent}.out>${end}`]);
  });

  it('uses the first port of a node with several', () => {
    const condition = editor.addStep({
      type: 'condition',
      name: 'If',
      position: { x: 0, y: 0 },
      attach: { kind: 'before', nodeId: agent, port: 'in' },
    });
    expect(link()).toEqual([`${condition}.true>${agent}`]);
  });

  it('refuses circles and duplicates, and an impossible reconnection leaves the edge as it was', () => {
    const next = editor.addStep({
      type: 'agent',
      name: 'Agent',
      position: { x: 300, y: 0 },
      attach: { kind: 'after', nodeId: agent, port: 'out' },
    });
    const ends = { source: agent, sourcePort: 'out', target: next, targetPort: 'in' };
    expect(editor.connect(ends)).toBeUndefined();
    expect(editor.connect({ source: next, sourcePort: 'out', target: agent, targetPort: 'in' })).toBeUndefined();
    editor.reconnect(definition().edges[0]?.id ?? '', { ...ends, target: agent });
    expect(link()).toEqual([`${agent}.out>${next}`]);
  });

  it('numbers names that are taken', () => {
    const again = editor.addStep({ type: 'agent', name: 'Agent', position: { x: 0, y: 0 } });
    expect(readNode(editor.doc, again)?.name).toBe('Agent 2');
  });
});

describe('renaming an id', () => {
  it('rewrites references and edges, and is one undo step', () => {
    const next = editor.addStep({
      type: 'agent',
      name: 'Next',
      position: { x: 300, y: 0 },
      attach: { kind: 'after', nodeId: agent, port: 'out' },
    });
    editor.setField(next, ['prompt'], `{{ steps.${agent}.output }}`);
    expect(editor.renameId(agent, 'researcher')).toBe(true);
    expect(readNode(editor.doc, next)?.config.prompt).toBe('{{ steps.researcher.output }}');
    expect(definition().edges[0]?.source).toBe('researcher');
    editor.undo();
    expect(readNode(editor.doc, next)?.config.prompt).toBe(`{{ steps.${agent}.output }}`);
    expect(editor.renameId(agent, next)).toBe(false);
    expect(editor.renameId(agent, 'not a name')).toBe(false);
  });
});

describe('settings', () => {
  const settings = () => definition().settings;

  it('takes the strokes in one setting as one step, and another setting as a new one', () => {
    editor.setSettings({ maxParallel: 1 });
    editor.setSettings({ maxParallel: 12 });
    editor.setSettings({ budget: { usd: 2, onReached: 'ask' } });
    editor.undo();
    expect(settings()).toMatchObject({ maxParallel: 12 });
    expect(settings()).not.toHaveProperty('budget');
    editor.undo();
    expect(settings().maxParallel).toBe(5);
  });

  it('takes a budget away', () => {
    editor.setSettings({ budget: { usd: 2, onReached: 'ask' } });
    expect(editor.setSettings({ budget: undefined })).toBe(true);
    expect(settings()).not.toHaveProperty('budget');
  });

  it.each([
    { timeoutMs: 999 },
    { maxParallel: 1.5 },
    { budget: { usd: -1, onReached: 'fail' as const } },
    { memoryMb: Number.NaN },
  ])('refuses %j and leaves the draft as it is', (patch) => {
    const before = settings();
    expect(editor.setSettings(patch)).toBe(false);
    expect(settings()).toEqual(before);
  });
});
