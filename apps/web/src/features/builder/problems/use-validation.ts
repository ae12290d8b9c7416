'use client';

import { draftToDefinition } from '@agentweaver/core/draft/draft-document';
import { validateWorkflow } from '@agentweaver/core/graph/validate-workflow';
import { useEffect } from 'react';
import { useBuilder } from '../state/builder-context.tsx';

/** Wait after the last edit before the draft is checked again, in ms. */
const VALIDATE_AFTER_MS = 250;

/** Keeps the problems of the draft up to date. The server runs the same checks before a run. */
export const useValidation = (): void => {
  const { editor, store } = useBuilder();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const validate = () => store.getState().setProblems(validateWorkflow(draftToDefinition(editor.doc)).problems);
    const schedule = () => {
      clearTimeout(timer);
      timer = setTimeout(validate, VALIDATE_AFTER_MS);
    };
    validate();
    editor.doc.on('update', schedule);
    return () => {
      clearTimeout(timer);
      editor.doc.off('update', schedule);
    };
  }, [editor, store]);
};
