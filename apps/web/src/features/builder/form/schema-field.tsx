'use client';

import { Fieldset, Stack } from '@mantine/core';
import type { ComponentType } from 'react';
import { useProblemText } from '../problems/use-problem-text.ts';
import { CredentialField } from './credential-field.tsx';
import { type FieldSchema, isVisible } from './field-schema.ts';
import { type FieldPath, useFormContext } from './form-context.tsx';
import { ListField } from './list-field.tsx';
import { ModelField } from './model-field.tsx';
import { StepField } from './step-field.tsx';
import {
  ChoiceField,
  EditorField,
  type FieldProps,
  JsonValueField,
  NumberField,
  SwitchField,
  TextField,
} from './text-fields.tsx';
import { ToolsField } from './tools-field.tsx';
import { WorkflowField } from './workflow-field.tsx';

const BY_WIDGET: Record<string, ComponentType<FieldProps>> = {
  template: EditorField,
  code: EditorField,
  json: EditorField,
  jsonata: EditorField,
  model: ModelField,
  textarea: TextField,
  credential: CredentialField,
  workflow: WorkflowField,
  step: StepField,
};
const BY_TYPE: Record<string, ComponentType<FieldProps>> = {
  string: TextField,
  number: NumberField,
  integer: NumberField,
  boolean: SwitchField,
};

const componentFor = (schema: FieldSchema): ComponentType<FieldProps> => {
  if (schema.widget && BY_WIDGET[schema.widget]) return BY_WIDGET[schema.widget] ?? TextField;
  if (schema.enum) return ChoiceField;
  return BY_TYPE[schema.type ?? ''] ?? JsonValueField;
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

type SchemaFieldProps = {
  schema: FieldSchema;
  path: FieldPath;
  value: unknown;
  required?: boolean;
  /** Of an entry in a list, which has no words of its own. */
  label?: string;
  /** An object in a list's card needs no frame of its own. */
  bare?: boolean;
};

/** One field, whatever its kind, with its words, its problems, and its place in the config. */
const SchemaField = ({ schema, path, value, required, label, bare }: SchemaFieldProps) => {
  const { words: wordsOf, problemsAt } = useFormContext();
  const problemText = useProblemText();
  const name = String(path.at(-1) ?? '');
  const words = wordsOf(path, { title: schema.title ?? name, description: schema.description });
  const error = problemsAt(path).map(problemText.atField).join(' ') || undefined;
  const props: FieldProps = {
    schema,
    path,
    value: value ?? schema.default,
    label: label ?? words.title,
    description: label === undefined ? words.description : undefined,
    error,
    required,
    hideLabel: label !== undefined,
  };
  if (schema.type === 'array' && schema.items && !schema.widget) {
    return <ListField {...props} items={schema.items} renderItem={(item) => <SchemaField {...item} />} />;
  }
  if (schema.widget === 'tools') {
    return <ToolsField {...props} renderFields={(fields) => <ObjectFields {...fields} />} />;
  }
  if (schema.type === 'object' && schema.properties) {
    const fields = <ObjectFields schema={schema} path={path} value={value} />;
    return bare ? (
      fields
    ) : (
      <Fieldset legend={words.title} p="sm">
        {fields}
      </Fieldset>
    );
  }
  const Field = componentFor(schema);
  return (
    <div data-field={path.join('.')}>
      <Field {...props} />
    </div>
  );
};

/** The fields of an object, those that matter. */
export const ObjectFields = ({ schema, path, value }: { schema: FieldSchema; path: FieldPath; value: unknown }) => {
  const properties = schema.properties ?? {};
  return (
    <Stack gap="md">
      {Object.entries(properties)
        .filter(([, field]) => isVisible(field, value, properties))
        .map(([name, field]) => (
          <SchemaField
            key={name}
            schema={field}
            path={[...path, name]}
            value={isRecord(value) ? value[name] : undefined}
            required={(field.minLength ?? 0) > 0}
          />
        ))}
    </Stack>
  );
};
