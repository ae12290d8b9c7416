'use client';

import type { Budget } from '@agentweaver/core/definition/workflow-definition';
import { Input, NumberInput, SegmentedControl, SimpleGrid, Stack, Text } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { useFormat } from '../../../lib/use-format.ts';
import { ModelPicker } from '../form/model-picker.tsx';
import {
  type BudgetDraft,
  budgetKey,
  EMPTY_BUDGET,
  hasLimit,
  isLimit,
  LIMIT_NAMES,
  type LimitName,
  limitRange,
  toBudget,
} from './budget-values.ts';
import { type NumberText, toNumber } from './setting-values.ts';

type Typed = { draft: BudgetDraft; texts: Partial<Record<LimitName, NumberText>>; over: string };

type Props = {
  /** What the limits hold for: said in the help. */
  scope: 'workflow' | 'node';
  value: Budget | undefined;
  onChange: (budget: Budget | undefined) => void;
  readOnly: boolean;
};

const ON_REACHED = ['fail', 'ask', 'downgrade'] as const;
const STEPS: Record<LimitName, number> = { usd: 0.5, tokens: 1_000, modelCalls: 1, seconds: 10 };

/** Limits for models, and what happens when one is reached. Only a whole budget goes into the draft. */
export const BudgetFields = ({ scope, value, onChange, readOnly }: Props) => {
  const t = useTranslations('builder.budget');
  const format = useFormat();
  // What is typed belongs to the value that was there: an undo or somebody else's edit makes it void.
  const stored = budgetKey(value);
  const [typed, setTyped] = useState<Typed | null>(null);
  const current = typed?.over === stored ? typed : null;
  const draft = current?.draft ?? value ?? EMPTY_BUDGET;

  const change = (next: BudgetDraft, texts: Typed['texts'] = current?.texts ?? {}) => {
    const budget = toBudget(next);
    if (budget !== 'incomplete' && budgetKey(budget) !== stored) onChange(budget);
    setTyped({ draft: next, texts, over: budget === 'incomplete' ? stored : budgetKey(budget) });
  };
  const setLimit = (name: LimitName, text: NumberText) => {
    const limit = toNumber(text);
    const texts = { ...current?.texts, [name]: text };
    // A value that no limit may have stays in its field, and the draft keeps the one before.
    if (isLimit(name, limit)) change({ ...draft, [name]: limit }, texts);
    else setTyped({ draft, texts, over: stored });
  };

  return (
    <Stack gap="sm">
      <div>
        {scope === 'workflow' && (
          <Text size="sm" fw={600}>
            {t('title')}
          </Text>
        )}
        <Text size="xs" c="dimmed">
          {t(scope === 'workflow' ? 'helpWorkflow' : 'helpNode')}
        </Text>
      </div>
      <SimpleGrid cols={2} spacing="sm">
        {LIMIT_NAMES.map((name) => {
          const shown = current?.texts[name] ?? draft[name] ?? '';
          const { min, max } = limitRange(name);
          const isWrong = !isLimit(name, toNumber(shown));
          return (
            <NumberInput
              key={name}
              label={t(`limits.${name}`)}
              placeholder={t('noLimit')}
              leftSection={name === 'usd' ? '$' : undefined}
              error={isWrong ? t('range', { min: format.integer(min), max: format.integer(max) }) : undefined}
              // A value out of range is named, not silently turned into another.
              clampBehavior="none"
              allowNegative={false}
              allowDecimal={name === 'usd' || name === 'seconds'}
              thousandSeparator=","
              min={min}
              max={max}
              step={STEPS[name]}
              readOnly={readOnly}
              hideControls
              value={shown}
              onChange={(text) => setLimit(name, text)}
            />
          );
        })}
      </SimpleGrid>
      {hasLimit(draft) && (
        <Input.Wrapper label={t('onReached')} labelElement="div" description={t(`onReachedHelp.${draft.onReached}`)}>
          <SegmentedControl
            fullWidth
            mt={6}
            disabled={readOnly}
            aria-label={t('onReached')}
            value={draft.onReached}
            data={ON_REACHED.map((one) => ({ value: one, label: t(`onReachedOptions.${one}`) }))}
            onChange={(next) => {
              const onReached = ON_REACHED.find((one) => one === next);
              if (onReached) change({ ...draft, onReached });
            }}
          />
        </Input.Wrapper>
      )}
      {hasLimit(draft) && draft.onReached === 'downgrade' && (
        <ModelPicker
          label={t('downgradeTo')}
          required
          withoutAuto
          readOnly={readOnly}
          error={draft.downgradeTo ? undefined : t('downgradeMissing')}
          value={draft.downgradeTo ?? ''}
          onChange={(model) => change({ ...draft, downgradeTo: model === '' ? undefined : model })}
        />
      )}
    </Stack>
  );
};
