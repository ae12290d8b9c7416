'use client';

import { Input, NumberInput, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { useId, useMemo } from 'react';
import { CodeEditor, type CodeEditorProps } from '../text-editor/code-editor.tsx';
import { type ExpressionContext, expressionSupport } from '../text-editor/template-language.ts';
import type { FieldSchema } from './field-schema.ts';
import { type FieldPath, useFormContext } from './form-context.tsx';
import { JsonInput } from './json-input.tsx';

export type FieldProps = {
  schema: FieldSchema;
  path: FieldPath;
  value: unknown;
  label: string;
  description?: string;
  error?: string;
  required?: boolean;
};

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

export const TextField = ({ schema, path, value, label, description, error, required }: FieldProps) => {
  const { setField, readOnly } = useFormContext();
  const props = {
    label,
    description,
    error,
    required,
    readOnly,
    placeholder: schema.placeholder,
    value: textOf(value),
    onChange: (event: { currentTarget: { value: string } }) => setField(path, event.currentTarget.value),
  };
  return schema.multiline || schema.widget === 'textarea' ? (
    <Textarea {...props} autosize minRows={2} maxRows={12} />
  ) : (
    <TextInput {...props} />
  );
};

export const NumberField = ({ schema, path, value, label, description, error, required }: FieldProps) => {
  const { setField, readOnly } = useFormContext();
  return (
    <NumberInput
      label={label}
      description={description}
      error={error}
      required={required}
      readOnly={readOnly}
      value={typeof value === 'number' ? value : ''}
      // An emptied field keeps its last value until something is typed: a config has no "no number".
      onChange={(next) => typeof next === 'number' && setField(path, next)}
      min={schema.minimum}
      max={schema.maximum}
      step={schema.type === 'integer' ? 1 : 0.1}
      allowDecimal={schema.type !== 'integer'}
      clampBehavior="none"
      thousandSeparator=","
    />
  );
};

export const SwitchField = ({ path, value, label, description, error }: FieldProps) => {
  const { setField, readOnly } = useFormContext();
  return (
    <Switch
      label={label}
      description={description}
      error={error}
      disabled={readOnly}
      checked={value === true}
      onChange={(event) => setField(path, event.currentTarget.checked)}
    />
  );
};

export const ChoiceField = ({ schema, path, value, label, description, error }: FieldProps) => {
  const { setField, readOnly, nodeType, text } = useFormContext();
  return (
    <Select
      label={label}
      description={description}
      error={error}
      readOnly={readOnly}
      allowDeselect={false}
      data={(schema.enum ?? []).map((option) => ({ value: option, label: text.option(nodeType, path, option) }))}
      value={typeof value === 'string' ? value : (schema.enum?.[0] ?? null)}
      onChange={(next) => next !== null && setField(path, next)}
      comboboxProps={{ withinPortal: true }}
    />
  );
};

const EXPRESSIONS: Record<string, ExpressionContext> = { template: 'template', jsonata: 'expression', code: 'script' };
const LANGUAGES: Record<string, CodeEditorProps['language']> = { code: 'javascript', json: 'json' };

/** Text with expressions, code or JSON: the code editor with a field's label, help and error around it. */
export const EditorField = ({ schema, path, value, label, description, error, required }: FieldProps) => {
  const { setField, readOnly, sources } = useFormContext();
  const id = useId();
  const widget = schema.widget ?? 'template';
  // The editor is made once per field; the sources are read when the picker opens.
  const extensions = useMemo(() => {
    const kind = EXPRESSIONS[widget];
    return kind ? expressionSupport(kind, sources) : [];
  }, [widget, sources]);
  return (
    <Input.Wrapper
      label={label}
      labelElement="div"
      labelProps={{ id: `${id}-label` }}
      description={description}
      descriptionProps={{ id: `${id}-help` }}
      error={error}
      errorProps={{ id: `${id}-error` }}
      required={required}
    >
      <CodeEditor
        value={textOf(value)}
        onChange={(next) => setField(path, next)}
        labelledBy={`${id}-label`}
        describedBy={
          [description ? `${id}-help` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ') || undefined
        }
        invalid={error !== undefined}
        readOnly={readOnly}
        language={LANGUAGES[widget] ?? 'text'}
        multiline={schema.multiline ?? widget !== 'template'}
        placeholder={schema.placeholder}
        extensions={extensions}
      />
    </Input.Wrapper>
  );
};

/** A value of a kind that no other field can show. */
export const JsonValueField = ({ path, value, label, description, error, required }: FieldProps) => {
  const { setField, readOnly } = useFormContext();
  return (
    <JsonInput
      label={label}
      description={description}
      error={error}
      required={required}
      readOnly={readOnly}
      value={value}
      onChange={(next) => setField(path, next)}
    />
  );
};
