'use client';

import { useFormContext } from './form-context.tsx';
import { ModelPicker } from './model-picker.tsx';
import type { FieldProps } from './text-fields.tsx';

export const ModelField = ({ path, value, label, description, error, required }: FieldProps) => {
  const { setField, readOnly } = useFormContext();
  return (
    <ModelPicker
      label={label}
      description={description}
      error={error}
      required={required}
      readOnly={readOnly}
      value={typeof value === 'string' ? value : ''}
      onChange={(next) => setField(path, next)}
    />
  );
};
