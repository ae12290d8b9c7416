'use client';

import { useFormContext } from './form-context.tsx';
import { ModelPicker } from './model-picker.tsx';
import { type FieldProps, labelOf } from './text-fields.tsx';

export const ModelField = (field: FieldProps) => {
  const { path, value, description, error, required } = field;
  const { setField, readOnly } = useFormContext();
  return (
    <ModelPicker
      {...labelOf(field)}
      description={description}
      error={error}
      required={required}
      readOnly={readOnly}
      value={typeof value === 'string' ? value : ''}
      onChange={(next) => setField(path, next)}
    />
  );
};
