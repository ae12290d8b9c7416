'use client';

import type { HumanField } from '@agentweaver/core/host/ports/human';
import { Button, Checkbox, Group, NumberInput, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useTranslations } from 'next-intl';
import { type FormEvent, useState } from 'react';
import { type FormValue, problemOf } from './check-field.ts';

type HumanFormProps = {
  fields: readonly HumanField[];
  busy: boolean;
  onAnswer: (values: Record<string, FormValue>) => void;
};

const initial = (fields: readonly HumanField[]): Record<string, FormValue> =>
  Object.fromEntries(fields.map(({ name, type }) => [name, type === 'boolean' ? false : null]));

/** A field may have the name of something that every object has. */
const fieldValue = (values: Record<string, FormValue>, name: string): FormValue =>
  Object.hasOwn(values, name) ? (values[name] ?? null) : null;

/** A number is text while it is being typed. */
const toSend = (fields: readonly HumanField[], values: Record<string, FormValue>): Record<string, FormValue> =>
  Object.fromEntries(
    fields.map(({ name, type }) => {
      const value = fieldValue(values, name);
      return [name, type === 'number' && value !== null ? Number(value) : value];
    }),
  );

/** The form that a step asks people to fill in. Errors stand at their fields. */
export const HumanForm = ({ fields, busy, onAnswer }: HumanFormProps) => {
  const t = useTranslations('executions.waits');
  const [values, setValues] = useState(() => initial(fields));
  const [tried, setTried] = useState(false);
  const problems = Object.fromEntries(
    fields.map((field) => [field.name, problemOf(field, fieldValue(values, field.name))]),
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fields.every(({ name }) => !problems[name])) onAnswer(toSend(fields, values));
  };
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="sm">
        {fields.map((field) => {
          const problem = tried ? problems[field.name] : undefined;
          return (
            <Field
              key={field.name}
              field={field}
              value={fieldValue(values, field.name)}
              error={problem && `${field.label || field.name} ${t(problem)}`}
              onChange={(value) => setValues((before) => ({ ...before, [field.name]: value }))}
            />
          );
        })}
        <Group>
          <Button type="submit" disabled={busy}>
            {t('send')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

type FieldProps = {
  field: HumanField;
  value: FormValue;
  error: string | undefined;
  onChange: (value: FormValue) => void;
};

const Field = ({ field, value, error, onChange }: FieldProps) => {
  const t = useTranslations('executions.waits');
  const common = { label: field.label || field.name, error, withAsterisk: field.required };
  const text = typeof value === 'string' ? value : '';
  switch (field.type) {
    case 'text':
      return <TextInput {...common} value={text} onChange={(event) => onChange(event.currentTarget.value)} />;
    case 'long_text':
      return (
        <Textarea
          {...common}
          autosize
          minRows={3}
          maxRows={12}
          value={text}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    case 'number':
      return (
        <NumberInput
          {...common}
          value={typeof value === 'number' || typeof value === 'string' ? value : ''}
          onChange={(next) => onChange(next === '' ? null : next)}
        />
      );
    case 'boolean':
      return (
        <Checkbox
          label={common.label}
          error={error}
          checked={value === true}
          onChange={(event) => onChange(event.currentTarget.checked)}
        />
      );
    case 'choice':
      return (
        <Select
          {...common}
          placeholder={t('choose')}
          clearable={!field.required}
          data={field.options}
          value={text || null}
          onChange={onChange}
        />
      );
  }
};
