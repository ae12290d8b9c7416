'use client';

import { Select } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { upstreamOf } from '../graph/upstream.ts';
import { useBuilderState } from '../state/builder-context.tsx';
import { useFormContext } from './form-context.tsx';
import { type FieldProps, labelOf } from './text-fields.tsx';

/** Another step of the graph: one of those that lead to this one. */
export const StepField = (field: FieldProps) => {
  const { schema, path, value, description, error, required } = field;
  const t = useTranslations('builder.form');
  const { nodeId, setField, readOnly } = useFormContext();
  const view = useBuilderState((state) => state.view);
  const options = useMemo(() => {
    const upstream = upstreamOf(view.edges, nodeId);
    return view.nodes
      .filter((node) => node.id !== nodeId && upstream.has(node.id) && node.type !== 'input')
      .map((node) => ({ value: node.id, label: node.name }));
  }, [view, nodeId]);
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
