'use client';

import { completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { javascript } from '@codemirror/lang-javascript';
import { json } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { Annotation, Compartment, EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, keymap, lineNumbers, placeholder as placeholderText } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useLayoutEffect, useRef } from 'react';
import classes from './code-editor.module.css';
import { minimalChange } from './minimal-change.ts';

export type CodeEditorProps = {
  value: string;
  onChange: (value: string) => void;
  /** Ids for screen readers: the label's, and those of description and errors. */
  labelledBy: string;
  describedBy?: string;
  invalid?: boolean;
  readOnly?: boolean;
  language?: 'javascript' | 'json' | 'text';
  multiline?: boolean;
  placeholder?: string;
  /** Expression support and the like; fixed for the life of the editor. */
  extensions?: Extension;
};

/** Marks changes that came from outside, which must not be reported back. */
const fromOutside = Annotation.define<boolean>();

/** Colours come from CSS variables, so that light and dark need no second theme. */
const highlight = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.keyword, tags.bool, tags.null], color: 'var(--code-keyword)' },
    { tag: [tags.string, tags.regexp, tags.special(tags.string)], color: 'var(--code-string)' },
    { tag: tags.number, color: 'var(--code-number)' },
    { tag: [tags.comment, tags.lineComment, tags.blockComment], color: 'var(--mantine-color-dimmed)' },
    { tag: [tags.propertyName, tags.function(tags.variableName)], color: 'var(--code-name)' },
  ]),
);

/** Ctrl+Enter runs the workflow, also from within a field. */
const EDITING_KEYS = defaultKeymap.filter((binding) => binding.key !== 'Mod-Enter');

const languageOf = (language: CodeEditorProps['language']): Extension =>
  language === 'javascript' ? javascript() : language === 'json' ? json() : [];

const singleLine: Extension = [
  EditorView.clipboardInputFilter.of((text) => text.trim().replace(/\s*\n\s*/g, ' ')),
  EditorState.transactionFilter.of((transaction) => (transaction.newDoc.lines > 1 ? [] : transaction)),
];

const attributesOf = ({ labelledBy, describedBy, invalid, readOnly }: CodeEditorProps): Extension => [
  EditorView.contentAttributes.of({
    'aria-labelledby': labelledBy,
    ...(describedBy ? { 'aria-describedby': describedBy } : {}),
    ...(invalid ? { 'aria-invalid': 'true' } : {}),
    ...(readOnly ? { 'aria-readonly': 'true' } : {}),
  }),
  EditorState.readOnly.of(Boolean(readOnly)),
  EditorView.editable.of(!readOnly),
];

/** A text field with a code editor inside. Outside changes keep the caret where it is. */
export const CodeEditor = (props: CodeEditorProps) => {
  const { value, multiline = true, language = 'text', placeholder, extensions } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const attributes = useRef(new Compartment());
  const latest = useRef(props);
  latest.current = props;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor is made once; the effects below keep it up to date.
  useEffect(() => {
    if (!host.current) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: value,
        extensions: [
          extensions ?? [],
          history(),
          drawSelection(),
          // It would cut the chips of expressions into pieces.
          language === 'text' ? [] : bracketMatching(),
          highlight,
          languageOf(language),
          language === 'javascript' ? lineNumbers() : [],
          language === 'json' && multiline ? lineNumbers() : [],
          multiline ? [] : singleLine,
          // Tab leaves the field everywhere but in code, and there Escape then Tab does.
          keymap.of([
            ...completionKeymap,
            ...EDITING_KEYS,
            ...historyKeymap,
            ...(language === 'javascript' ? [indentWithTab] : []),
          ]),
          EditorView.lineWrapping,
          placeholder ? placeholderText(placeholder) : [],
          EditorView.updateListener.of((update) => {
            if (!update.docChanged || update.transactions.some((transaction) => transaction.annotation(fromOutside)))
              return;
            latest.current.onChange(update.state.doc.toString());
          }),
          attributes.current.of(attributesOf(props)),
        ],
      }),
    });
    view.current = editor;
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, []);

  // In the commit itself: later, a key may have been pressed, and an old value would undo it.
  useLayoutEffect(() => {
    const change = view.current && minimalChange(view.current.state.doc.toString(), value);
    if (change) view.current?.dispatch({ changes: change, annotations: fromOutside.of(true) });
  }, [value]);

  const { labelledBy, describedBy, invalid, readOnly } = props;
  useEffect(() => {
    view.current?.dispatch({
      effects: attributes.current.reconfigure(
        attributesOf({ ...latest.current, labelledBy, describedBy, invalid, readOnly }),
      ),
    });
  }, [labelledBy, describedBy, invalid, readOnly]);

  return (
    <div
      ref={host}
      className={classes.editor}
      data-multiline={multiline || undefined}
      data-code={language !== 'text' || undefined}
      data-invalid={invalid || undefined}
      data-readonly={readOnly || undefined}
    />
  );
};
