'use client';

import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { Input, SegmentedControl } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { JsonInput } from '../form/json-input.tsx';
import { useBuilder } from '../state/builder-context.tsx';

const POLICIES = ['fail', 'continue', 'branch'] as const;

/** What a failed step means for the rest: the end, a value instead, or a way of its own. */
export const OnErrorFields = ({ step }: { step: WorkflowNode }) => {
  const t = useTranslations('builder.panel');
  const { editor, readOnly } = useBuilder();
  const policy = step.onError ?? 'fail';
  return (
    <>
      <Input.Wrapper description={t(`onErrorHelp.${policy}`)} inputWrapperOrder={['input', 'description']}>
        <SegmentedControl
          fullWidth
          disabled={readOnly}
          aria-label={t('onError')}
          value={policy}
          data={POLICIES.map((value) => ({ value, label: t(`onErrorOptions.${value}`) }))}
          onChange={(value) => {
            const next = POLICIES.find((one) => one === value);
            editor.setOnError(step.id, next ?? 'fail');
          }}
        />
      </Input.Wrapper>
      {policy === 'continue' && (
        <JsonInput
          label={t('onErrorValue')}
          description={t('onErrorValueHelp')}
          readOnly={readOnly}
          value={step.onErrorValue}
          onChange={(onErrorValue) => editor.update(step.id, { onErrorValue })}
        />
      )}
    </>
  );
};
