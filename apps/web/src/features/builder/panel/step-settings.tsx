'use client';

import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import { formSchemaFor } from '@agentweaver/core/nodes/form-schema';
import { Alert, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { useMemo, useRef } from 'react';
import { toFieldSchema } from '../form/field-schema.ts';
import { FormContext, type FormContextValue } from '../form/form-context.tsx';
import { ObjectFields } from '../form/schema-field.tsx';
import { visibleSteps } from '../graph/visible-steps.ts';
import { useProblemText } from '../problems/use-problem-text.ts';
import { useBuilder, useBuilderState } from '../state/builder-context.tsx';
import { variablesFor } from '../text-editor/variables.ts';
import { useNodeText } from '../use-node-text.ts';
import { StepAdvanced } from './step-advanced.tsx';
import { useFocusField } from './use-focus-field.ts';
import { useLastOutputs } from './use-last-outputs.ts';

/** The form of a node, generated from its type's schema. */
export const StepSettings = ({ step }: { step: WorkflowNode }) => {
  const t = useTranslations('builder.panel');
  const text = useNodeText();
  const problemText = useProblemText();
  const { editor, store, readOnly } = useBuilder();
  const problems = useBuilderState((state) => state.problemsByNode[step.id]);
  const outputs = useLastOutputs(step.id);
  const outputsRef = useRef(outputs);
  outputsRef.current = outputs;
  const host = useRef<HTMLDivElement>(null);
  useFocusField(host);

  const { id: nodeId, type: nodeType } = step;
  const sources = useMemo(
    () => ({
      variables: () =>
        variablesFor({
          view: store.getState().view,
          nodeId,
          ...outputsRef.current,
        }),
      knownSteps: () => visibleSteps(store.getState().view, nodeId),
    }),
    [store, nodeId],
  );
  const context = useMemo<FormContextValue>(
    () => ({
      nodeId,
      readOnly,
      words: (path, fallback) => text.field(nodeType, path, fallback),
      option: (path, value) => text.option(nodeType, path, value),
      sources,
      setField: (path, value) => editor.setField(nodeId, path, value),
      problemsAt: (path) => (problems ?? []).filter((problem) => problem.field === path.join('.')),
    }),
    [nodeId, nodeType, readOnly, text, sources, editor, problems],
  );

  const schema = formSchemaFor(nodeType);
  // Problems of a field stand at the field; the others stand here.
  const general = (problems ?? []).filter(
    (problem) => problem.field === undefined || problem.edgeId !== undefined || problem.field === '',
  );
  return (
    <Stack gap="md" ref={host}>
      {general.map((problem) => (
        <Alert
          key={`${problem.code}${problem.message}`}
          color={problem.severity === 'error' ? 'red' : 'yellow'}
          icon={<IconAlertTriangle size={16} />}
          p="xs"
        >
          {problemText.full(problem)}
        </Alert>
      ))}
      {schema && getNodeDefinition(nodeType) ? (
        <FormContext value={context}>
          <ObjectFields schema={toFieldSchema(schema)} path={[]} value={step.config} />
        </FormContext>
      ) : (
        <Text size="sm" c="dimmed">
          {t('unknownType', { type: nodeType })}
        </Text>
      )}
      <StepAdvanced step={step} />
    </Stack>
  );
};
