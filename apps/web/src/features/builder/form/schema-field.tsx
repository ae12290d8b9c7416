'use client';

import { ActionIcon, Button, Fieldset, Group, Input, Stack, Text, Tooltip } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import type { ComponentType } from 'react';
import { useProblemText } from '../problems/use-problem-text.ts';
import { blankValue, type FieldSchema, isVisible } from './field-schema.ts';
import { type FieldPath, useFormContext } from './form-context.tsx';
import { ModelField } from './model-field.tsx';
import {
  ChoiceField,
  EditorField,
  type FieldProps,
  JsonValueField,
  NumberField,
  SwitchField,
  TextField,
} from './text-fields.tsx';

const BY_WIDGET: Record<string, ComponentType<FieldProps>> = {
  template: EditorField,
  code: EditorField,
  json: EditorField,
  jsonata: EditorField,
  model: ModelField,
  textarea: TextField,
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

/** One field, whatever its kind, with its words, its problems, and its place in the config. */
const SchemaField = ({
  schema,
  path,
  value,
  required,
}: {
  schema: FieldSchema;
  path: FieldPath;
  value: unknown;
  required?: boolean;
}) => {
  const { nodeType, text, problemsAt } = useFormContext();
  const problemText = useProblemText();
  const name = String(path.at(-1) ?? '');
  const words = text.field(nodeType, path, { title: schema.title ?? name, description: schema.description });
  const error = problemsAt(path).map(problemText.atField).join(' ') || undefined;
  if (schema.type === 'array' && schema.items && !schema.widget) {
    return (
      <ListField
        schema={schema}
        items={schema.items}
        path={path}
        value={value}
        label={words.title}
        description={words.description}
        error={error}
      />
    );
  }
  if (schema.type === 'object' && schema.properties) return <ObjectFields schema={schema} path={path} value={value} />;
  const Field = componentFor(schema);
  return (
    <div data-field={path.join('.')}>
      <Field
        schema={schema}
        path={path}
        value={value ?? schema.default}
        label={words.title}
        description={words.description}
        error={error}
        required={required}
      />
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

type ListFieldProps = Omit<FieldProps, 'schema'> & { schema: FieldSchema; items: FieldSchema };

/** A list of objects: add, remove, move. */
const ListField = ({ schema, items, path, value, label, description, error }: ListFieldProps) => {
  const t = useTranslations('builder.form');
  const { setField, readOnly } = useFormContext();
  const list = Array.isArray(value) ? value : [];
  const swap = (from: number, to: number) => {
    const next = [...list];
    [next[from], next[to]] = [next[to], next[from]];
    setField(path, next);
  };
  return (
    <Input.Wrapper label={label} labelElement="div" description={description} error={error} data-field={path.join('.')}>
      <Stack gap="xs" mt={6}>
        {list.map((item, index) => (
          // Items have no ids of their own; their place is what the path and the shared document go by.
          // biome-ignore lint/suspicious/noArrayIndexKey: see above
          <Fieldset key={index} p="sm" aria-label={`${label} ${index + 1}`}>
            <Group justify="space-between" mb={4} wrap="nowrap">
              <Text size="xs" c="dimmed" fw={600}>
                {index + 1}
              </Text>
              {!readOnly && (
                <Group gap={2} wrap="nowrap">
                  <ItemAction
                    label={t('moveUp')}
                    icon={IconArrowUp}
                    disabled={index === 0}
                    onClick={() => swap(index, index - 1)}
                  />
                  <ItemAction
                    label={t('moveDown')}
                    icon={IconArrowDown}
                    disabled={index === list.length - 1}
                    onClick={() => swap(index, index + 1)}
                  />
                  <ItemAction
                    label={t('removeItem', { item: `${label} ${index + 1}` })}
                    icon={IconTrash}
                    onClick={() => setField([...path, index], undefined)}
                  />
                </Group>
              )}
            </Group>
            <SchemaField schema={items} path={[...path, index]} value={item} />
          </Fieldset>
        ))}
        {!readOnly && (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} />}
            disabled={list.length >= (schema.maxItems ?? Number.POSITIVE_INFINITY)}
            onClick={() => setField(path, [...list, blankValue(items)])}
          >
            {t('addItem', { list: label })}
          </Button>
        )}
      </Stack>
    </Input.Wrapper>
  );
};

const ItemAction = ({
  label,
  icon: Icon,
  disabled,
  onClick,
}: {
  label: string;
  icon: typeof IconPlus;
  disabled?: boolean;
  onClick: () => void;
}) => (
  <Tooltip label={label}>
    <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} disabled={disabled} onClick={onClick}>
      <Icon size={14} />
    </ActionIcon>
  </Tooltip>
);
