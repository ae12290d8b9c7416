'use client';

import { retryPolicySchema, type WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { NumberInput, SimpleGrid } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useBuilder } from '../state/builder-context.tsx';

const DEFAULT_RETRY = retryPolicySchema.parse({});

/** How often a step is tried, and how long it waits in between. */
export const RetryFields = ({ step }: { step: WorkflowNode }) => {
  const t = useTranslations('builder.panel');
  const { editor, readOnly } = useBuilder();
  const retry = step.retry ?? DEFAULT_RETRY;
  const set = (patch: Partial<typeof DEFAULT_RETRY>) => {
    const next = { ...retry, ...patch };
    // What nobody may set is not stored; the field shows it until it is right.
    if (retryPolicySchema.safeParse(next).success)
      editor.update(step.id, { retry: next.maxAttempts > 1 ? next : undefined });
  };
  return (
    <>
      <NumberInput
        label={t('attempts')}
        description={t('attemptsHelp')}
        min={1}
        max={10}
        allowDecimal={false}
        readOnly={readOnly}
        value={retry.maxAttempts}
        onChange={(value) => typeof value === 'number' && set({ maxAttempts: value })}
      />
      {retry.maxAttempts > 1 && (
        <SimpleGrid cols={2} spacing="sm">
          <NumberInput
            label={t('backoff')}
            min={0}
            max={300_000}
            step={500}
            allowDecimal={false}
            thousandSeparator=","
            readOnly={readOnly}
            value={retry.backoffMs}
            onChange={(value) => typeof value === 'number' && set({ backoffMs: value })}
          />
          <NumberInput
            label={t('backoffFactor')}
            min={1}
            max={10}
            step={0.5}
            readOnly={readOnly}
            value={retry.backoffFactor}
            onChange={(value) => typeof value === 'number' && set({ backoffFactor: value })}
          />
        </SimpleGrid>
      )}
    </>
  );
};
