import { autocompletion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import type { Extension } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  EditorView,
  MatchDecorator,
  ViewPlugin,
  type ViewUpdate,
} from '@codemirror/view';
import { previewOf, type Variable } from './variables.ts';

/** `template`: text with `{{ }}`. `expression`: bare JSONata. `script`: JavaScript. */
export type ExpressionContext = 'template' | 'expression' | 'script';

const REFERENCE = /\bsteps\.([A-Za-z_][A-Za-z0-9_]*)/g;

/** Marks every `{{ … }}` as a chip; one that refers to a step it cannot see is marked as broken. */
const chips = (knownSteps: () => ReadonlySet<string>): Extension => {
  const decorator = new MatchDecorator({
    regexp: /\{\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}\}/g,
    decoration: ([text]) => {
      const known = knownSteps();
      const broken = [...text.matchAll(REFERENCE)].some(([, id]) => id !== undefined && !known.has(id));
      return Decoration.mark({ class: broken ? 'aw-chip aw-chip-broken' : 'aw-chip' });
    },
  });
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      constructor(view: EditorView) {
        this.decorations = decorator.createDeco(view);
      }
      update(update: ViewUpdate) {
        this.decorations = decorator.updateDeco(update, this.decorations);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
};

/** Where the expression around the caret starts; undefined outside of any. */
const expressionStart = (context: CompletionContext, kind: ExpressionContext): number | undefined => {
  if (kind !== 'template') return 0;
  const before = context.state.sliceDoc(0, context.pos);
  const open = before.lastIndexOf('{{');
  return open < 0 || before.indexOf('}}', open) >= 0 ? undefined : open + 2;
};

const completeVariables =
  (variables: () => readonly Variable[], kind: ExpressionContext) =>
  (context: CompletionContext): CompletionResult | null => {
    const start = expressionStart(context, kind);
    if (start === undefined) return null;
    const word = context.matchBefore(/[A-Za-z_][\w.`]*/);
    const from = word ? Math.max(word.from, start) : context.pos;
    if (kind !== 'template' && !context.explicit && !word) return null;
    return {
      from,
      validFor: /^[\w.`]*$/,
      options: variables().map((variable, index) => ({
        label: variable.path,
        detail: variable.value === undefined ? variable.label : previewOf(variable.value),
        type: variable.kind,
        boost: -index,
        apply: (view: EditorView, _completion: unknown, at: number, to: number) => {
          const after = view.state.sliceDoc(to, to + 4);
          const spaceBefore = kind === 'template' && view.state.sliceDoc(at - 2, at) === '{{' ? ' ' : '';
          const close = kind === 'template' && !/^\s*\}\}/.test(after) ? ' }}' : '';
          const insert = `${spaceBefore}${variable.path}${close}`;
          view.dispatch({ changes: { from: at, to, insert }, selection: { anchor: at + insert.length } });
        },
      })),
    };
  };

export type ExpressionSources = {
  /** Read at every use, so that an open editor sees the graph as it is now. */
  variables: () => readonly Variable[];
  knownSteps: () => ReadonlySet<string>;
};

/** Chips and the variable picker, which opens on `{{`, on typing inside an expression, and on Ctrl+Space. */
export const expressionSupport = (kind: ExpressionContext, sources: ExpressionSources): Extension => [
  kind === 'template' ? chips(sources.knownSteps) : [],
  autocompletion({
    override: [completeVariables(sources.variables, kind)],
    activateOnTyping: true,
    activateOnCompletion: () => false,
    icons: false,
    maxRenderedOptions: 100,
  }),
  EditorView.inputHandler.of((view, from, to, text) => {
    // `{{` closes itself, so that half an expression is never left behind.
    if (kind !== 'template' || text !== '{' || view.state.sliceDoc(from - 1, from) !== '{') return false;
    const closed = view.state.sliceDoc(to, to + 2) === '}}';
    view.dispatch({
      changes: { from, to, insert: closed ? '{' : '{}}' },
      selection: { anchor: from + 1 },
      userEvent: 'input.type',
    });
    return true;
  }),
];
