'use client';

import { Input, NumberInput, Select, Switch, Textarea, TextInput, VisuallyHidden } from '@mantine/core';
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
  /** The label is there for screen readers only: the list around it says what it is. */
  hideLabel?: boolean;
};

/** The label as Mantine's inputs take it. */
export const labelOf = ({ label, hideLabel }: FieldProps) => (hideLabel ? { 'aria-label': label } : { label });

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);

export const TextField = (field: FieldProps) => {
  const { schema, path, value, description, error, required } = field;
  const { setField, readOnly } = useFormContext();
  const props = {
    ...labelOf(field),
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

export const NumberField = (field: FieldProps) => {
  const { schema, path, value, description, error, required } = field;
  const { setField, readOnly } = useFormContext();
  return (
    <NumberInput
      {...labelOf(field)}
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

export const ChoiceField = (field: FieldProps) => {
  const { schema, path, value, description, error } = field;
  const { setField, readOnly, option } = useFormContext();
  return (
    <Select
      {...labelOf(field)}
      description={description}
      error={error}
      readOnly={readOnly}
      allowDeselect={false}
      data={(schema.enum ?? []).map((value) => ({ value, label: option(path, value) }))}
      value={typeof value === 'string' ? value : (schema.enum?.[0] ?? null)}
      onChange={(next) => next !== null && setField(path, next)}
      comboboxProps={{ withinPortal: true }}
    />
  );
};

const EXPRESSIONS: Record<string, ExpressionContext> = { template: 'template', jsonata: 'expression', code: 'script' };
const LANGUAGES: Record<string, CodeEditorProps['language']> = { code: 'javascript', json: 'json' };

/** Text with expressions, code or JSON: the code editor with a field's label, help and error around it. */
export const EditorField = (field: FieldProps) => {
  const { schema, path, value, label, description, error, required, hideLabel } = field;
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
      label={hideLabel ? <VisuallyHidden>{label}</VisuallyHidden> : label}
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
