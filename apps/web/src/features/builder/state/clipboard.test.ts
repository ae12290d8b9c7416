import { draftToDefinition } from '@agentweaver/core/draft/draft-document';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { cornerOf, fromClipboardText, toClipboardText } from './clipboard.ts';
import { DraftEditor } from './draft-editor.ts';

const build = () => {
  const editor = new DraftEditor(new Y.Doc());
  const start = editor.addStep({ type: 'input', name: 'Input', position: { x: 0, y: 0 } });
  const one = editor.addStep({
    type: 'agent',
    name: 'One',
    position: { x: 300, y: 40 },
    attach: { kind: 'after', nodeId: start, port: 'out' },
  });
  const two = editor.addStep({
    type: 'agent',
    name: 'Two',
    position: { x: 600, y: 0 },
    attach: { kind: 'after', nodeId: one, port: 'out' },
  });
  editor.setField(two, ['prompt'], `Improve {{ steps.${one}.output }} for {{ input.text }}`);
  return { editor, start, one, two };
};

const paste = (editor: DraftEditor, text: string) => {
  const fragment = fromClipboardText(text);
  if (!fragment) throw new Error('nothing to paste');
  return editor.insert(fragment, { x: 10, y: 20 });
};

describe('the clipboard', () => {
  it('pastes with fresh ids, rewritten references and the edges between the copies', () => {
    const { editor, one, two } = build();
    const ids = paste(editor, toClipboardText(editor.copy([one, two])));
    const { nodes, edges } = draftToDefinition(editor.doc);
    const [newOne, newTwo] = ids;
    expect(ids).toHaveLength(2);
    expect(new Set(nodes.map((node) => node.id)).size).toBe(5);
    expect(nodes.find((node) => node.id === newTwo)?.config.prompt).toBe(
      `Improve {{ steps.${newOne}.output }} for {{ input.text }}`,
    );
    expect(nodes.find((node) => node.id === newTwo)?.position).toEqual({ x: 610, y: 20 });
    expect(edges.some((edge) => edge.source === newOne && edge.target === newTwo)).toBe(true);
    expect(edges.some((edge) => edge.source === one && edge.target === newTwo)).toBe(false);
  });

  it('pastes into another workflow, once and as one undo step', () => {
    const { editor, one, two } = build();
    const other = new DraftEditor(new Y.Doc());
    paste(other, toClipboardText(editor.copy([one, two])));
    expect(draftToDefinition(other.doc).nodes).toHaveLength(2);
    other.undo();
    expect(draftToDefinition(other.doc).nodes).toHaveLength(0);
  });

  it('does not bring a second input node', () => {
    const { editor, start, one } = build();
    paste(editor, toClipboardText(editor.copy([start, one])));
    expect(draftToDefinition(editor.doc).nodes.filter((node) => node.type === 'input')).toHaveLength(1);
  });

  it('takes a whole exported definition, and nothing else', () => {
    const { editor } = build();
    expect(fromClipboardText(JSON.stringify(draftToDefinition(editor.doc)))?.nodes).toHaveLength(3);
    for (const text of ['', 'hello', '{"nodes":"x"}', '{"a":1}', '[1]', '{'])
      expect(fromClipboardText(text)).toBeUndefined();
  });

  it('copies a container with its body, which stays where it is inside', () => {
    const { editor, one } = build();
    const map = editor.addStep({ type: 'map', name: 'Each', position: { x: 500, y: 400 } });
    editor.drop([{ id: one, position: { x: 560, y: 500 }, parent: map }]);
    const fragment = editor.copy([map]);
    expect(cornerOf(fragment)).toEqual({ x: 500, y: 400 });
    const other = new DraftEditor(new Y.Doc());
    paste(other, toClipboardText(fragment));
    const { nodes } = draftToDefinition(other.doc);
    const frame = nodes.find((node) => node.type === 'map');
    expect(frame?.position).toEqual({ x: 510, y: 420 });
    expect(nodes.find((node) => node.type === 'agent')).toMatchObject({
      parent: frame?.id,
      position: { x: 60, y: 100 },
    });
  });

  it('knows the top left corner', () => {
    const { editor, one, two } = build();
    expect(cornerOf(editor.copy([one, two]))).toEqual({ x: 300, y: 0 });
  });
});
