'use client';

import { nodeIdSchema, type WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { Accordion, Code, Input, NumberInput, SegmentedControl, Stack, Switch, TextInput } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useEffect, useState } from 'react';
import { useBuilder, useBuilderState } from '../state/builder-context.tsx';

const DEFAULT_RETRY = { maxAttempts: 1, backoffMs: 1_000, backoffFactor: 2 };

/** The id that expressions use; renaming it rewrites every reference in the workflow. */
const IdField = ({ step }: { step: WorkflowNode }) => {
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

/** What every node has, whatever its type: how often, how long, and what when it fails. */
export const StepAdvanced = ({ step }: { step: WorkflowNode }) => {
  const t = useTranslations('builder.panel');
  const { editor, readOnly } = useBuilder();
  const retry = step.retry ?? DEFAULT_RETRY;
  const setRetry = (patch: Partial<typeof DEFAULT_RETRY>) => {
    const next = { ...retry, ...patch };
    editor.update(step.id, { retry: next.maxAttempts > 1 ? next : undefined });
  };
  const isBoundary = step.type === 'input' || step.type === 'output';
  return (
    <Accordion variant="separated" chevronPosition="left">
      <Accordion.Item value="advanced">
        <Accordion.Control fz="sm">{t('advanced')}</Accordion.Control>
        <Accordion.Panel>
          <Stack gap="md">
            <IdField step={step} />
            {!isBoundary && (
              <>
                <Switch
                  label={t('disabledLabel')}
                  description={t('disabledHelp')}
                  checked={step.disabled === true}
                  disabled={readOnly}
                  onChange={(event) => editor.setDisabled([step.id], event.currentTarget.checked)}
                />
                <NumberInput
                  label={t('attempts')}
                  description={t('attemptsHelp')}
                  min={1}
                  max={10}
                  allowDecimal={false}
                  readOnly={readOnly}
                  value={retry.maxAttempts}
                  onChange={(value) => typeof value === 'number' && setRetry({ maxAttempts: value })}
                />
                {retry.maxAttempts > 1 && (
                  <NumberInput
                    label={t('backoff')}
                    description={t('backoffHelp')}
                    min={0}
                    max={300_000}
                    step={500}
                    allowDecimal={false}
                    thousandSeparator=","
                    readOnly={readOnly}
                    value={retry.backoffMs}
                    onChange={(value) => typeof value === 'number' && setRetry({ backoffMs: value })}
                  />
                )}
                <NumberInput
                  label={t('timeout')}
                  description={t('timeoutHelp')}
                  placeholder={t('timeoutDefault')}
                  min={100}
                  max={86_400_000}
                  step={1_000}
                  allowDecimal={false}
                  thousandSeparator=","
                  readOnly={readOnly}
                  value={step.timeoutMs ?? ''}
                  onChange={(value) =>
                    editor.update(step.id, { timeoutMs: typeof value === 'number' ? value : undefined })
                  }
                />
                <Input.Wrapper label={t('onError')} labelElement="div" description={t('onErrorHelp')}>
                  <SegmentedControl
                    fullWidth
                    mt={6}
                    disabled={readOnly}
                    aria-label={t('onError')}
                    value={step.onError ?? 'fail'}
                    data={[
                      { value: 'fail', label: t('onErrorFail') },
                      { value: 'continue', label: t('onErrorContinue') },
                    ]}
                    onChange={(value) =>
                      editor.update(step.id, { onError: value === 'continue' ? 'continue' : undefined })
                    }
                  />
                </Input.Wrapper>
              </>
            )}
          </Stack>
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
};
