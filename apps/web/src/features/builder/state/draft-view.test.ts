import { beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createBuilderStore } from './builder-store.ts';
import { DraftEditor } from './draft-editor.ts';
import { observeDraft } from './draft-view.ts';

let editor: DraftEditor;
let store: ReturnType<typeof createBuilderStore>;
let first: string;
let second: string;
const nodes = () => store.getState().nodes;
const byId = (id: string) => nodes().find((node) => node.id === id);

beforeEach(() => {
  editor = new DraftEditor(new Y.Doc());
  store = createBuilderStore();
  observeDraft(editor.doc, store.getState().showView);
  first = editor.addStep({ type: 'agent', name: 'First', position: { x: 0, y: 0 } });
  second = editor.addStep({
    type: 'agent',
    name: 'Second',
    position: { x: 300, y: 0 },
    attach: { kind: 'after', nodeId: first, port: 'out' },
  });
});

describe('the canvas follows the draft', () => {
  it('redraws only the node that changed', () => {
    const [untouched, edges] = [byId(first), store.getState().edges];
    editor.setField(second, ['role'], 'Critic');
    expect(byId(second)?.data.step.config.role).toBe('Critic');
    expect(byId(first)).toBe(untouched);
    expect(store.getState().edges[0]).toBe(edges[0]);
  });

  it('keeps selection and measured size through edits, and drops them with the node', () => {
    store.getState().changeNodes([
      { type: 'select', id: second, selected: true },
      { type: 'dimensions', id: second, dimensions: { width: 248, height: 90 } },
    ]);
    editor.move([{ id: second, position: { x: 500, y: 7 } }]);
    expect(byId(second)).toMatchObject({ selected: true, measured: { height: 90 }, position: { x: 500, y: 7 } });
    editor.remove({ nodeIds: [second], edgeIds: [] });
    expect(byId(second)).toBeUndefined();
    expect(store.getState().edges).toEqual([]);
  });

  it('does not pull a node from under the pointer', () => {
    store.getState().changeNodes([{ type: 'position', id: first, position: { x: 40, y: 40 }, dragging: true }]);
    editor.setField(first, ['role'], 'Somebody typed meanwhile');
    expect(byId(first)?.position).toEqual({ x: 40, y: 40 });
  });

  it('closes the panel of a node that is gone', () => {
    store.getState().openNode(second);
    editor.remove({ nodeIds: [second], edgeIds: [] });
    expect(store.getState().openNodeId).toBeNull();
  });

  it('shows either a node or the settings of the workflow', () => {
    store.getState().openNode(second);
    store.getState().openSettings('settings.memoryMb');
    expect(store.getState()).toMatchObject({ openNodeId: null, settingsOpened: true, focusField: 'settings.memoryMb' });
    store.getState().openNode(first);
    expect(store.getState()).toMatchObject({ openNodeId: first, settingsOpened: false, focusField: null });
  });

  it('brings hidden edges back when their node comes back', () => {
    editor.remove({ nodeIds: [second], edgeIds: [] });
    editor.undo();
    expect(store.getState().edges).toHaveLength(1);
    expect(nodes().map((node) => node.id)).toEqual([first, second]);
  });

  it('groups problems by node', () => {
    store.getState().setProblems([
      { code: 'no_output', severity: 'error', message: 'm' },
      { code: 'unreachable', severity: 'warning', nodeId: first, message: 'm' },
    ]);
    expect(store.getState().problemsByNode[first]).toHaveLength(1);
    expect(Object.keys(store.getState().problemsByNode)).toEqual([first]);
  });
});
