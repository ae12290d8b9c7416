'use client';

import { nodeIdSchema, type WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { Code, TextInput } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { useBuilder, useBuilderState } from '../state/builder-context.tsx';

/** The id that expressions use; renaming it rewrites every reference in the workflow. */
export const IdField = ({ step }: { step: WorkflowNode }) => {
  const t = useTranslations('builder.panel');
  const { editor, store, readOnly } = useBuilder();
  const [draft, setDraft] = useState(step.id);
  const isTaken = useBuilderState((state) => draft !== step.id && state.nodes.some((node) => node.id === draft));
  useEffect(() => setDraft(step.id), [step.id]);
  const error = !nodeIdSchema.safeParse(draft).success ? t('idInvalid') : isTaken ? t('idTaken') : undefined;
  const rename = () => {
    if (draft === step.id) return;
    if (error || !editor.renameId(step.id, draft)) return setDraft(step.id);
    store.getState().select([draft]);
    store.getState().openNode(draft);
  };
  return (
    <TextInput
      label={t('id')}
      description={t.rich('idHelp', { code: () => <Code>{`steps.${step.id}.output`}</Code> })}
      value={draft}
      error={error}
      readOnly={readOnly}
      ff="monospace"
      spellCheck={false}
      onChange={(event) => setDraft(event.currentTarget.value)}
      onBlur={rename}
      onKeyDown={(event) => event.key === 'Enter' && rename()}
    />
  );
};
