'use client';

import { Select } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useShallow } from 'zustand/react/shallow';
import { upstreamOf } from '../graph/upstream.ts';
import { useBuilderState } from '../state/builder-context.tsx';
import { linksOf } from '../state/builder-store.ts';
import { useFormContext } from './form-context.tsx';
import { type FieldProps, labelOf } from './text-fields.tsx';

/** Another step of the graph: one of those that lead to this one. */
export const StepField = (field: FieldProps) => {
  const { schema, path, value, description, error, required } = field;
  const t = useTranslations('builder.form');
  const { nodeId, setField, readOnly } = useFormContext();
  // Flat, so that a shallow comparison sees whether anything changed.
  const flat = useBuilderState(
    useShallow((state) => {
      const upstream = upstreamOf(linksOf(state), nodeId);
      return state.nodes.flatMap((node) =>
        node.id !== nodeId && upstream.has(node.id) && node.data.step.type !== 'input'
          ? [node.id, node.data.step.name]
          : [],
      );
    }),
  );
  const options = flat.flatMap((id, index) => (index % 2 === 0 ? [{ value: id, label: flat[index + 1] ?? id }] : []));
  const chosen = typeof value === 'string' && value !== '' ? value : null;
  const isMissing = chosen !== null && !options.some((one) => one.value === chosen);
  return (
    <Select
      {...labelOf(field)}
      description={description}
      error={error ?? (isMissing ? t('notUpstream') : undefined)}
      required={required}
      readOnly={readOnly}
      clearable={!readOnly}
      placeholder={schema.placeholder ?? t('onlyPredecessor')}
      nothingFoundMessage={t('noSteps')}
      data={isMissing && chosen ? [...options, { value: chosen, label: chosen }] : options}
      value={chosen}
      onChange={(next) => setField(path, next ?? '')}
      comboboxProps={{ withinPortal: true }}
    />
  );
};
