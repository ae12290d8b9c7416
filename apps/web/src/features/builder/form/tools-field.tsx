'use client';

import { TOOL_NAMES } from '@agentweaver/core/tools/tool';
import { toolFormSchemaFor } from '@agentweaver/core/tools/tool-form-schema';
import { getToolDefinition } from '@agentweaver/core/tools/tools';
import { Badge, Button, Group, Input, Menu, ScrollArea, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { type ReactNode, useMemo } from 'react';
import { useBuilderState } from '../state/builder-context.tsx';
import { type FieldSchema, toFieldSchema } from './field-schema.ts';
import { type FieldPath, FormContext, type FormContextValue, useFormContext } from './form-context.tsx';
import { ItemActions, ItemCard } from './item-card.tsx';
import { moveItem } from './item-title.ts';
import type { FieldProps } from './text-fields.tsx';
import { toolIcon } from './tool-icons.ts';
import { useOpenItems } from './use-open-items.ts';
import { useToolText } from './use-tool-text.ts';

type Fields = { schema: FieldSchema; path: FieldPath; value: unknown };
type Props = FieldProps & {
  /** The form of an object; given, because that of a tool may hold any field, a list of tools included. */
  renderFields: (fields: Fields) => ReactNode;
};

type Configured = { tool: string; name: string; description: string; settings: Record<string, unknown> };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const readTools = (value: unknown): Configured[] =>
  Array.isArray(value)
    ? value.filter(isRecord).map(({ tool, name, description, settings }) => ({
        tool: text(tool),
        name: text(name),
        description: text(description),
        settings: isRecord(settings) ? settings : {},
      }))
    : [];

/** What the tool may touch: people see it before they hand it to a model. */
const Touches = ({ tool }: { tool: string }) => {
  const t = useTranslations('builder.tools.touches');
  const touches = getToolDefinition(tool)?.touches ?? [];
  return (
    <Group gap={4} wrap="nowrap">
      {touches
        .filter((one) => one !== 'nothing')
        .map((one) => (
          <Badge key={one} size="xs" variant="light" color="orange" tt="none">
            {t(one)}
          </Badge>
        ))}
    </Group>
  );
};

const AddTool = ({ label, disabled, onAdd }: { label: string; disabled: boolean; onAdd: (tool: string) => void }) => {
  const toolText = useToolText();
  return (
    <Menu position="bottom-start" width={340} withinPortal shadow="md">
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<IconPlus size={14} />} disabled={disabled}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <ScrollArea.Autosize mah={360} type="auto" scrollbarSize={6}>
          {TOOL_NAMES.map((tool) => {
            const Icon = toolIcon(tool);
            return (
              <Menu.Item
                key={tool}
                leftSection={<Icon size={17} stroke={1.8} aria-hidden />}
                onClick={() => onAdd(tool)}
              >
                <Group gap="xs" wrap="nowrap" justify="space-between">
                  <Text size="sm" fw={550}>
                    {toolText.title(tool)}
                  </Text>
                  <Touches tool={tool} />
                </Group>
                <Text size="xs" c="dimmed" lineClamp={2}>
                  {toolText.summary(tool)}
                </Text>
              </Menu.Item>
            );
          })}
        </ScrollArea.Autosize>
      </Menu.Dropdown>
    </Menu>
  );
};

/** The settings of one tool: its name for the model, when to use it, and the form of the tool itself. */
const ToolSettings = ({ field, index, tool }: { field: Props; index: number; tool: Configured }) => {
  const t = useTranslations('builder.tools');
  const toolText = useToolText();
  const form = useFormContext();
  const at = field.path.length + 1;
  const context = useMemo<FormContextValue>(
    () => ({
      ...form,
      words: (path, fallback) => {
        const [member, ...inside] = path.slice(at);
        if (member === 'settings') return toolText.field(tool.tool, inside, fallback);
        if (member !== 'name' && member !== 'description') return fallback;
        return { title: t(`${member}.title`), description: t(`${member}.help`) };
      },
      option: (path, value) => toolText.option(tool.tool, path.slice(at + 1), value),
    }),
    [form, toolText, tool.tool, at, t],
  );
  const schema = toolFormSchemaFor(tool.tool);
  if (!schema) {
    return (
      <Text size="sm" c="dimmed">
        {t('unknown', { tool: tool.tool })}
      </Text>
    );
  }
  const path = [...field.path, index];
  return (
    <FormContext value={context}>
      <Stack gap="md">
        <Text size="xs" c="dimmed">
          {toolText.summary(tool.tool)}
        </Text>
        {field.renderFields({ schema: toFieldSchema(schema), path: [...path, 'settings'], value: tool.settings })}
        {field.renderFields({ schema: OWN_FIELDS, path, value: tool })}
      </Stack>
    </FormContext>
  );
};

/** What every tool has beside its settings. */
const OWN_FIELDS = {
  type: 'object',
  properties: { name: { type: 'string', placeholder: 'orders_db' }, description: { type: 'string', multiline: true } },
};

/** The tools that an agent may use: picked from a list, in order, each with its own settings. */
export const ToolsField = (field: Props) => {
  const { schema, path, value, label, description, error } = field;
  const t = useTranslations('builder.tools');
  const toolText = useToolText();
  const { nodeId, setField, readOnly } = useFormContext();
  const unfolded = useOpenItems(path);
  const tools = readTools(value);
  const at = path.join('.');
  const problems = useBuilderState((state) => state.problemsByNode[nodeId]);

  const add = (tool: string) => {
    const settings = structuredClone(getToolDefinition(tool)?.defaults ?? {});
    setField(path, [...tools, { tool, name: '', description: '', settings }]);
    if (Object.keys(settings).length > 0) unfolded.open(tools.length);
  };
  const remove = (index: number) => {
    setField([...path, index], undefined);
    unfolded.removed(index);
  };
  const move = (from: number, to: number) => {
    setField(path, moveItem(tools, from, to));
    unfolded.swapped(from, to);
  };

  return (
    <Input.Wrapper label={label} labelElement="div" description={description} error={error} data-field={at}>
      <Stack gap="xs" mt={6}>
        {tools.map((tool, index) => {
          const Icon = toolIcon(tool.tool);
          const title = toolText.title(tool.tool);
          const inItem = (name: string | undefined) => name?.startsWith(`${at}.${index}.`) ?? false;
          return (
            <ItemCard
              // biome-ignore lint/suspicious/noArrayIndexKey: their place is what the shared document goes by.
              key={index}
              label={title}
              title={tool.name === '' ? title : `${title} · ${tool.name}`}
              icon={<Icon size={16} stroke={1.8} aria-hidden />}
              note={<Touches tool={tool.tool} />}
              opened={unfolded.isOpen(index)}
              onToggle={() => unfolded.toggle(index)}
              hasProblem={problems?.some((problem) => inItem(problem.field)) ?? false}
              actions={
                readOnly ? null : (
                  <ItemActions
                    index={index}
                    count={tools.length}
                    name={title}
                    onMove={(to) => move(index, to)}
                    onRemove={() => remove(index)}
                  />
                )
              }
            >
              <ToolSettings field={field} index={index} tool={tool} />
            </ItemCard>
          );
        })}
        {tools.length === 0 && (
          <Text size="xs" c="dimmed">
            {t('none')}
          </Text>
        )}
        {!readOnly && (
          <AddTool
            label={t('add')}
            disabled={tools.length >= (schema.maxItems ?? Number.POSITIVE_INFINITY)}
            onAdd={add}
          />
        )}
      </Stack>
    </Input.Wrapper>
  );
};
