'use client';

import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import { Accordion, NumberInput, Stack, Switch } from '@mantine/core';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { useBuilder } from '../state/builder-context.tsx';
import { BudgetFields } from './budget-fields.tsx';
import { IdField } from './id-field.tsx';
import { OnErrorFields } from './on-error-fields.tsx';
import { RetryFields } from './retry-fields.tsx';

const MIN_TIMEOUT_MS = 100;
const MAX_TIMEOUT_MS = 86_400_000;

const Section = ({ name, children }: { name: 'run' | 'errors' | 'budget'; children: ReactNode }) => {
  const t = useTranslations('builder.panel.sections');
  return (
    <Accordion.Item value={name}>
      <Accordion.Control fz="sm">{t(name)}</Accordion.Control>
      <Accordion.Panel>
        <Stack gap="md">{children}</Stack>
      </Accordion.Panel>
    </Accordion.Item>
  );
};

const RunFields = ({ step }: { step: WorkflowNode }) => {
  const t = useTranslations('builder.panel');
  const { editor, readOnly } = useBuilder();
  return (
    <>
      <Switch
        label={t('disabledLabel')}
        description={t('disabledHelp')}
        checked={step.disabled === true}
        disabled={readOnly}
        onChange={(event) => editor.setDisabled([step.id], event.currentTarget.checked)}
      />
      <RetryFields step={step} />
      <NumberInput
        label={t('timeout')}
        description={t('timeoutHelp')}
        placeholder={t('timeoutDefault')}
        min={MIN_TIMEOUT_MS}
        max={MAX_TIMEOUT_MS}
        step={1_000}
        allowDecimal={false}
        thousandSeparator=","
        readOnly={readOnly}
        value={step.timeoutMs ?? ''}
        onChange={(value) => editor.update(step.id, { timeoutMs: typeof value === 'number' ? value : undefined })}
      />
    </>
  );
};

/** What every node has, whatever its type: how often, how long, what when it fails, and what it may spend. */
export const StepAdvanced = ({ step }: { step: WorkflowNode }) => {
  const { editor, readOnly } = useBuilder();
  const definition = getNodeDefinition(step.type);
  if (definition?.canvasOnly) return null;
  const isBoundary = step.type === 'input' || step.type === 'output';
  return (
    <Accordion variant="separated" chevronPosition="left" multiple>
      <Section name="run">
        <IdField step={step} />
        {!isBoundary && <RunFields step={step} />}
      </Section>
      {!isBoundary && (
        <Section name="errors">
          <OnErrorFields step={step} />
        </Section>
      )}
      {definition?.category === 'ai' && (
        <Section name="budget">
          <BudgetFields
            key={step.id}
            scope="node"
            value={step.budget}
            onChange={(budget) => editor.update(step.id, { budget })}
            readOnly={readOnly}
          />
        </Section>
      )}
    </Accordion>
  );
};
