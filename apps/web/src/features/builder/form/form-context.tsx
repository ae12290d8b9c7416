'use client';

import type { Problem } from '@agentweaver/core/definition/problem';
import { createContext, use } from 'react';
import type { ExpressionSources } from '../text-editor/template-language.ts';
import type { FieldText } from '../use-node-text.ts';

export type FieldPath = readonly (string | number)[];

/** What every field of a form works with. */
export type FormContextValue = {
  nodeId: string;
  readOnly: boolean;
  sources: ExpressionSources;
  /** A field's title and help in the viewer's language, or those that its schema has. */
  words: (path: FieldPath, fallback: FieldText) => FieldText;
  /** What one of a field's choices is called. */
  option: (path: FieldPath, value: string) => string;
  setField: (path: FieldPath, value: unknown) => void;
  /** The problems of exactly this field. */
  problemsAt: (path: FieldPath) => readonly Problem[];
};

export const FormContext = createContext<FormContextValue | null>(null);

export const useFormContext = (): FormContextValue => {
  const context = use(FormContext);
  if (!context) throw new Error('a field needs a FormContext above it');
  return context;
};
