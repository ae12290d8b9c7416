'use client';

import type { Problem } from '@agentweaver/core/definition/problem';
import { createContext, use } from 'react';
import type { ExpressionSources } from '../text-editor/template-language.ts';
import type { NodeText } from '../use-node-text.ts';

export type FieldPath = readonly (string | number)[];

/** What every field of a node's form works with. */
export type FormContextValue = {
  nodeId: string;
  nodeType: string;
  readOnly: boolean;
  text: NodeText;
  sources: ExpressionSources;
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
