import { draftToDefinition, readNode } from '@agentweaver/core/draft/draft-document';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { FRAME_PADDING } from '../graph/frames.ts';
import { DraftEditor } from './draft-editor.ts';

let editor: DraftEditor;
let map: string;
let first: string;
let second: string;
const definition = () => draftToDefinition(editor.doc);
const read = (id: string) => readNode(editor.doc, id);
const links = () => definition().edges.map((edge) => `${edge.source}.${edge.sourcePort}>${edge.target}`);

beforeEach(() => {
  editor = new DraftEditor(new Y.Doc());
  map = editor.addStep({ type: 'map', name: 'Each', position: { x: 400, y: 100 } });
  first = editor.addStep({ type: 'transform', name: 'First', position: { x: 0, y: 0 } });
  second = editor.addStep({
    type: 'transform',
    name: 'Second',
    position: { x: 300, y: 0 },
    attach: { kind: 'after', nodeId: first, port: 'out' },
  });
});
afterEach(() => editor.destroy());

describe('dropping', () => {
  it('takes a step into a container, its edges away, and all of it back in one step', () => {
    const result = editor.drop([{ id: second, position: { x: 500, y: 300 }, parent: map }]);
    expect(result).toEqual({ removedEdges: 1, refused: undefined });
    expect(read(second)).toMatchObject({ parent: map, position: { x: 100, y: 200 } });
    editor.undo();
    expect(read(second)?.parent).toBeUndefined();
    expect(read(second)?.position).toEqual({ x: 300, y: 0 });
    expect(links()).toEqual([`${first}.out>${second}`]);
  });

  it('takes connected steps in together with their edge', () => {
    const drops = [first, second].map((id, index) => ({ id, position: { x: 450 + index * 300, y: 200 }, parent: map }));
    expect(editor.drop(drops).removedEdges).toBe(0);
    expect(links()).toEqual([`${first}.out>${second}`]);
  });

  it('keeps what is dropped clear of the head of the frame', () => {
    editor.drop([{ id: first, position: { x: 395, y: 105 }, parent: map }]);
    expect(read(first)?.position).toEqual({ x: FRAME_PADDING.left, y: FRAME_PADDING.top });
  });

  it('takes a step out to where it was let go', () => {
    editor.drop([{ id: first, position: { x: 500, y: 300 }, parent: map }]);
    editor.drop([{ id: first, position: { x: 7, y: 9 }, parent: undefined }]);
    expect(read(first)).toMatchObject({ position: { x: 7, y: 9 } });
    expect(read(first)?.parent).toBeUndefined();
  });

  it('says why a node does not go in, and leaves it where it was', () => {
    const input = editor.addStep({ type: 'input', name: 'Input', position: { x: -300, y: 0 } });
    const result = editor.drop([{ id: input, position: { x: 500, y: 300 }, parent: map }]);
    expect(result.refused).toBe('only_at_top');
    expect(read(input)).toMatchObject({ position: { x: -300, y: 0 } });
  });
});

describe('frames', () => {
  const fill = () => editor.drop([{ id: first, position: { x: 500, y: 300 }, parent: map }]);

  it('go with what they hold, or without it', () => {
    fill();
    editor.removeFrames({ nodeIds: [map], edgeIds: [] });
    expect(read(map)).toBeUndefined();
    expect(read(first)).toMatchObject({ position: { x: 500, y: 300 } });
    editor.undo();
    expect(read(first)?.parent).toBe(map);
    editor.remove({ nodeIds: [map], edgeIds: [] });
    expect(read(first)).toBeUndefined();
    editor.undo();
    expect(read(first)?.parent).toBe(map);
  });

  it('are copied with their body', () => {
    fill();
    const copies = editor.duplicate([map], { x: 32, y: 32 });
    expect(copies).toHaveLength(2);
    const frame = copies.find((id) => read(id)?.type === 'map');
    expect(copies.some((id) => read(id)?.parent === frame)).toBe(true);
  });

  it('are put around a selection and taken away again', () => {
    const group = editor.wrap([first, second], {
      type: 'group',
      name: 'Group',
      position: { x: -30, y: -60 },
      size: { width: 700, height: 300 },
    });
    expect(read(first)).toMatchObject({ parent: group, position: { x: 30, y: 60 } });
    expect(links()).toHaveLength(1);
    editor.release(group ? [group] : []);
    expect(read(first)).toMatchObject({ position: { x: 0, y: 0 } });
  });

  it('take in what is wired in beside their steps', () => {
    fill();
    const next = editor.addStep({
      type: 'transform',
      name: 'Next',
      position: { x: 900, y: 300 },
      attach: { kind: 'after', nodeId: first, port: 'out' },
    });
    expect(read(next)?.parent).toBe(map);
    expect(links()).toContain(`${first}.out>${next}`);
  });
});

describe('the error branch', () => {
  it('is a port, and its edges go with it', () => {
    editor.setOnError(first, 'branch');
    const handler = editor.addStep({
      type: 'transform',
      name: 'Handle',
      position: { x: 300, y: 200 },
      attach: { kind: 'after', nodeId: first, port: 'error' },
    });
    expect(links()).toContain(`${first}.error>${handler}`);
    editor.setOnError(first, 'continue');
    expect(links()).not.toContain(`${first}.error>${handler}`);
    editor.undo();
    expect(links()).toContain(`${first}.error>${handler}`);
  });

  it('leaves no value behind when it is not gone on with', () => {
    editor.setOnError(first, 'continue');
    editor.update(first, { onErrorValue: { ok: false } });
    editor.setOnError(first, 'fail');
    expect(read(first)).not.toHaveProperty('onErrorValue');
    expect(read(first)).not.toHaveProperty('onError');
  });
});

describe('replacing the type', () => {
  it('keeps name, place, edges and the fields that both have', () => {
    const code = editor.addStep({
      type: 'condition',
      name: 'Decide',
      position: { x: 600, y: 0 },
      attach: { kind: 'after', nodeId: second, port: 'out' },
    });
    editor.connect({ source: code, sourcePort: 'true', target: map, targetPort: 'in' });
    editor.setField(code, ['mode'], 'switch');
    editor.replace(code, 'router');
    expect(read(code)).toMatchObject({ type: 'router', name: 'Decide', position: { x: 600, y: 0 } });
    // `switch` is no mode of a router, and it has no port `true`.
    expect(read(code)?.config.mode).toBe('rules');
    expect(links()).toContain(`${second}.out>${code}`);
    expect(links().some((link) => link.startsWith(`${code}.`))).toBe(false);
    editor.undo();
    expect(read(code)).toMatchObject({ type: 'condition', config: { mode: 'switch' } });
    expect(links()).toContain(`${code}.true>${map}`);
  });
});

it('puts a loose step into the middle of an edge', () => {
  const loose = editor.addStep({ type: 'transform', name: 'Loose', position: { x: 150, y: 0 } });
  const [edge] = definition().edges;
  editor.drop([{ id: loose, position: { x: 150, y: 10 }, parent: undefined }], edge?.id);
  expect(links().sort()).toEqual([`${first}.out>${loose}`, `${loose}.out>${second}`].sort());
  editor.undo();
  expect(links()).toEqual([`${first}.out>${second}`]);
  expect(read(loose)?.position).toEqual({ x: 150, y: 0 });
});

it('leaves an edge alone that a step of another scope cannot go into', () => {
  const inside = editor.addStep({ type: 'transform', name: 'Inside', position: { x: 450, y: 250 }, parent: map });
  expect(read(inside)?.parent).toBe(map);
  editor.drop([{ id: inside, position: { x: 460, y: 250 }, parent: map }], definition().edges[0]?.id);
  expect(links()).toEqual([`${first}.out>${second}`]);
});
