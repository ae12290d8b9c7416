'use client';

import { useReactFlow } from '@xyflow/react';
import { type RefObject, useEffect } from 'react';
import { useBuilder } from '../state/builder-context.tsx';
import { selectedIds } from '../state/builder-store.ts';
import { NODE_HEIGHT, NODE_WIDTH } from '../state/flow-elements.ts';
import { useCommands } from '../toolbar/commands-context.tsx';
import { isTyping } from './is-typing.ts';
import { useDuplicate } from './use-clipboard.ts';
import { useGroup } from './use-group.ts';
import { useRemove } from './use-remove.ts';
import { useReplace } from './use-replace.ts';
import { useTidy } from './use-tidy.ts';
import { useWalk } from './use-walk.ts';

/** `mod+shift+z` for a key event; letters in lower case, so that Shift and Caps Lock make no difference. */
const chordOf = (event: KeyboardEvent): string =>
  [
    event.metaKey || event.ctrlKey ? 'mod' : '',
    event.shiftKey && event.key.length > 1 ? 'shift' : event.shiftKey && /^[a-z]$/i.test(event.key) ? 'shift' : '',
    event.altKey ? 'alt' : '',
    event.key.toLowerCase(),
  ]
    .filter(Boolean)
    .join('+');

/** Chords that work while typing as well. */
const ALWAYS = new Set(['mod+enter', 'mod+s']);

/** The shortcuts of the canvas; the list in `toolbar/shortcuts.ts` is what the help shows. */
export const useCanvasKeys = (pointer: RefObject<{ x: number; y: number } | null>): void => {
  const { editor, store, readOnly } = useBuilder();
  const commands = useCommands();
  const flow = useReactFlow();
  const tidy = useTidy();
  const duplicate = useDuplicate();
  const removeItems = useRemove();
  const group = useGroup();
  const replace = useReplace();
  const walk = useWalk();

  useEffect(() => {
    const quickAdd = () => {
      const canvas = document.querySelector('.react-flow')?.getBoundingClientRect();
      const middle = {
        x: (canvas?.left ?? 0) + (canvas?.width ?? 0) / 2,
        y: (canvas?.top ?? 0) + (canvas?.height ?? 0) / 3,
      };
      const screen = pointer.current ?? middle;
      const at = flow.screenToFlowPosition(screen);
      store.getState().openPicker({ screen, position: { x: at.x - NODE_WIDTH / 2, y: at.y - NODE_HEIGHT / 2 } });
    };
    const selection = () => ({
      nodeIds: selectedIds(store.getState()),
      edgeIds: store
        .getState()
        .edges.filter((edge) => edge.selected)
        .map((edge) => edge.id),
    });
    const remove = () => {
      const chosen = selection();
      removeItems(chosen);
    };
    const toggleDisabled = () => {
      const chosen = store.getState().nodes.filter((node) => node.selected);
      const disable = chosen.some((node) => !node.data.step.disabled);
      editor.setDisabled(
        chosen.map((node) => node.id),
        disable,
      );
    };
    const openFocused = (): boolean => {
      const id = document.activeElement?.closest('.react-flow__node')?.getAttribute('data-id');
      if (!id) return false;
      store.getState().select([id]);
      store.getState().openNode(id);
      return true;
    };
    const dismiss = () => {
      const { picker, openPicker, openNode, select } = store.getState();
      if (picker) return openPicker(null);
      openNode(null);
      select([]);
    };

    const looking: Record<string, () => unknown> = {
      'mod+a': () => store.getState().select(store.getState().nodes.map((node) => node.id)),
      'mod+s': () => commands.save(),
      '?': () => commands.help(),
      '0': () => void flow.fitView({ padding: 0.08, maxZoom: 1.1, duration: 200 }),
      '1': () => void flow.zoomTo(1, { duration: 150 }),
      '+': () => void flow.zoomIn({ duration: 150 }),
      '=': () => void flow.zoomIn({ duration: 150 }),
      '-': () => void flow.zoomOut({ duration: 150 }),
      enter: openFocused,
      escape: dismiss,
    };
    const editing: Record<string, () => unknown> = {
      'mod+enter': () => commands.run(),
      'mod+z': editor.undo,
      'mod+shift+z': editor.redo,
      'mod+y': editor.redo,
      'mod+d': duplicate,
      delete: remove,
      backspace: remove,
      d: toggleDisabled,
      n: quickAdd,
      r: replace,
      'mod+g': () => group.wrap('group'),
      'mod+shift+g': group.ungroup,
      'shift+enter': () => commands.runNode('alone'),
      'mod+shift+enter': () => commands.runNode('from'),
      // Only over the canvas and with nothing focused: elsewhere Tab moves on, as people expect.
      tab: () => {
        const idle = document.activeElement === document.body || document.activeElement?.matches('.react-flow__pane');
        if (!pointer.current || !idle) return false;
        quickAdd();
      },
      'shift+alt+t': tidy,
    };
    const onKeyDown = (event: KeyboardEvent) => {
      const chord = chordOf(event);
      if (event.defaultPrevented || (isTyping(event.target) && !ALWAYS.has(chord))) return;
      const action = looking[chord] ?? (readOnly ? undefined : editing[chord]);
      if (action && action() !== false) event.preventDefault();
    };
    // Before React Flow, which would move the selection by them.
    const onArrow = (event: KeyboardEvent) => {
      if (isTyping(event.target) || !walk(event)) return;
      event.preventDefault();
      event.stopPropagation();
    };
    window.addEventListener('keydown', onKeyDown);
    window.addEventListener('keydown', onArrow, true);
    return () => {
      window.removeEventListener('keydown', onKeyDown);
      window.removeEventListener('keydown', onArrow, true);
    };
  }, [editor, store, readOnly, commands, flow, tidy, duplicate, removeItems, group, replace, walk, pointer]);
};
