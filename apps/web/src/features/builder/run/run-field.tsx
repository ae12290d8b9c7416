'use client';

import type { InputField } from '@agentweaver/core/nodes/input/definition';
import { JsonInput, NumberInput, Switch, Textarea, TextInput } from '@mantine/core';

type FieldProps = {
  field: InputField;
  value: string | boolean;
  error?: string;
  onChange: (value: string | boolean) => void;
};

/** One field of an input, as its Input node declares it. */
export const RunField = ({ field, value, error, onChange }: FieldProps) => {
  const label = field.label || field.name;
  if (typeof value === 'boolean') {
    return (
      <Switch label={label} checked={value} error={error} onChange={(event) => onChange(event.currentTarget.checked)} />
    );
  }
  const common = { label, error, required: field.required, value };
  switch (field.type) {
    case 'long_text':
      return (
        <Textarea
          {...common}
          autosize
          minRows={4}
          maxRows={14}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'number':
      return <NumberInput {...common} onChange={(next) => onChange(String(next))} />;
    case 'json':
      return <JsonInput {...common} autosize minRows={4} maxRows={14} formatOnBlur onChange={onChange} />;
    default:
      return <TextInput {...common} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
};
