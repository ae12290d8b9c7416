'use client';

import { Button, Input, Stack } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useTranslations } from 'next-intl';
import type { ReactNode } from 'react';
import { useBuilderState } from '../state/builder-context.tsx';
import { blankValue, type FieldSchema } from './field-schema.ts';
import { type FieldPath, useFormContext } from './form-context.tsx';
import { ItemActions, ItemCard } from './item-card.tsx';
import { itemTitle, moveItem } from './item-title.ts';
import classes from './list-field.module.css';
import type { FieldProps } from './text-fields.tsx';
import { useOpenItems } from './use-open-items.ts';

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
  const unfolded = useOpenItems(path);
  const at = path.join('.');
  const problems = useBuilderState((state) => state.problemsByNode[nodeId]);
  const hasProblem = (index: number) =>
    problems?.some(({ field }) => field === `${at}.${index}` || field?.startsWith(`${at}.${index}.`)) ?? false;

  const add = () => {
    setField(path, [...list, blankValue(items)]);
    unfolded.open(list.length);
  };
  const remove = (index: number) => {
    setField([...path, index], undefined);
    unfolded.removed(index);
  };
  const move = (from: number, to: number) => {
    setField(path, moveItem(list, from, to));
    unfolded.swapped(from, to);
  };
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
          return isObject ? (
            <ItemCard
              // biome-ignore lint/suspicious/noArrayIndexKey: see above
              key={index}
              label={name}
              title={itemTitle(item) || name}
              opened={!folds || unfolded.isOpen(index)}
              onToggle={() => unfolded.toggle(index)}
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
