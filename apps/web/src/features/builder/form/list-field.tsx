'use client';

import { Button, Input, Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import { type ReactNode, useState } from 'react';
import { useBuilderState } from '../state/builder-context.tsx';
import { blankValue, type FieldSchema } from './field-schema.ts';
import { type FieldPath, useFormContext } from './form-context.tsx';
import { ItemActions, ItemCard } from './item-card.tsx';
import { itemTitle, moveItem } from './item-title.ts';
import classes from './list-field.module.css';
import type { FieldProps } from './text-fields.tsx';

type RenderedItem = { schema: FieldSchema; path: FieldPath; value: unknown; label?: string; bare?: boolean };

type Props = FieldProps & { items: FieldSchema; renderItem: (item: RenderedItem) => ReactNode };

/** Entries that hold more than this many fields fold away, so that a list can be looked over. */
const FOLD_FROM = 2;

/** A list: add, remove, move. Objects are cards that fold, anything else is one row each. */
export const ListField = ({ schema, items, path, value, label, description, error, renderItem }: Props) => {
  const t = useTranslations('builder.form');
  const { nodeId, setField, readOnly } = useFormContext();
  const list = Array.isArray(value) ? value : [];
  const isObject = items.type === 'object' && items.properties !== undefined;
  const folds = isObject && Object.keys(items.properties ?? {}).length > FOLD_FROM;
  // Items have no ids of their own; their place is what the path and the shared document go by.
  const [opened, setOpened] = useState<readonly number[]>([]);
  const at = path.join('.');
  const problems = useBuilderState((state) => state.problemsByNode[nodeId]);
  const focused = useBuilderState((state) => state.focusField);
  const hasProblem = (index: number) =>
    problems?.some(({ field }) => field === `${at}.${index}` || field?.startsWith(`${at}.${index}.`)) ?? false;

  const add = () => {
    setField(path, [...list, blankValue(items)]);
    setOpened([...opened, list.length]);
  };
  const remove = (index: number) => {
    setField([...path, index], undefined);
    setOpened(opened.filter((one) => one !== index).map((one) => (one > index ? one - 1 : one)));
  };
  const move = (from: number, to: number) => {
    setField(path, moveItem(list, from, to));
    setOpened(opened.map((one) => (one === from ? to : one === to ? from : one)));
  };
  const toggle = (index: number) =>
    setOpened(opened.includes(index) ? opened.filter((one) => one !== index) : [...opened, index]);

  const actionsOf = (index: number, name: string) =>
    readOnly ? null : (
      <ItemActions
        index={index}
        count={list.length}
        name={name}
        onMove={(to) => move(index, to)}
        onRemove={() => remove(index)}
      />
    );

  return (
    <Input.Wrapper label={label} labelElement="div" description={description} error={error} data-field={at}>
      <Stack gap="xs" mt={6}>
        {list.map((item, index) => {
          const name = `${label} ${index + 1}`;
          const itemPath = [...path, index];
          const isFocused = focused?.startsWith(`${at}.${index}.`) ?? false;
          return isObject ? (
            <ItemCard
              // biome-ignore lint/suspicious/noArrayIndexKey: see above
              key={index}
              label={name}
              title={itemTitle(item) || name}
              opened={!folds || isFocused || opened.includes(index)}
              onToggle={() => toggle(index)}
              hasProblem={hasProblem(index)}
              actions={actionsOf(index, name)}
            >
              {renderItem({ schema: items, path: itemPath, value: item, bare: true })}
            </ItemCard>
          ) : (
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <div key={index} className={classes.row}>
              <div className={classes.rowField}>
                {renderItem({ schema: items, path: itemPath, value: item, label: name })}
              </div>
              <div className={classes.rowActions}>{actionsOf(index, name)}</div>
            </div>
          );
        })}
        {!readOnly && (
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={14} />}
            disabled={list.length >= (schema.maxItems ?? Number.POSITIVE_INFINITY)}
            onClick={add}
          >
            {t('addItem', { list: label })}
          </Button>
        )}
      </Stack>
    </Input.Wrapper>
  );
};
