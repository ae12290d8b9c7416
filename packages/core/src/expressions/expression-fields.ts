import { z } from 'zod';
import type { FieldMeta } from '../definition/fields.ts';

/** A text in a config that holds expressions: `template` with `{{ }}`, `jsonata` bare. */
export type ExpressionField = { path: string[]; widget: 'template' | 'jsonata'; text: string };

/**
 * Every expression field that a config holds, found by the `widget` of its schema. Takes configs that do not parse;
 * fields that the form hides (`visibleWhen`) are left out, as nothing evaluates them.
 */
export const expressionFields = (schema: z.core.$ZodType, value: unknown, path: string[] = []): ExpressionField[] => {
  const widget = z.globalRegistry.get(schema)?.widget;
  if ((widget === 'template' || widget === 'jsonata') && typeof value === 'string')
    return [{ path, widget, text: value }];
  const inner = unwrap(schema);
  if (inner) return expressionFields(inner, value, path);
  if (schema instanceof z.ZodObject && isRecord(value)) return fieldsOfObject(schema, value, path);
  if (schema instanceof z.ZodArray && Array.isArray(value)) {
    return value.flatMap((entry, index) => expressionFields(schema.element, entry, [...path, String(index)]));
  }
  if (schema instanceof z.ZodRecord && isRecord(value)) {
    return Object.entries(value).flatMap(([key, entry]) => expressionFields(schema.valueType, entry, [...path, key]));
  }
  if (schema instanceof z.ZodUnion) {
    const match = schema.options.find((option) => z.safeParse(option, value).success);
    return match ? expressionFields(match, value, path) : [];
  }
  return [];
};

const fieldsOfObject = (schema: z.ZodObject, value: Record<string, unknown>, path: string[]): ExpressionField[] =>
  Object.entries(schema.shape).flatMap(([key, field]) => {
    const visibleWhen = metaOf(field)?.visibleWhen;
    const decider = visibleWhen && value[visibleWhen.field];
    const hidden = decider !== undefined && !isVisible(decider, visibleWhen?.equals);
    return hidden ? [] : expressionFields(field, value[key], [...path, key]);
  });

const isVisible = (decider: unknown, equals: string | boolean | readonly string[] | undefined): boolean =>
  Array.isArray(equals) ? equals.includes(decider) : decider === equals;

/** What a schema says of its field; of `template(…).default('')` it is the inner schema that does. */
export const metaOf = (schema: z.core.$ZodType): Partial<FieldMeta> | undefined => {
  const inner = unwrap(schema);
  // Programs that take zod as CommonJS do not see what `fields.ts` adds to its type.
  const own = z.globalRegistry.get(schema) as Partial<FieldMeta> | undefined;
  return own ?? (inner && metaOf(inner));
};

const unwrap = (schema: z.core.$ZodType): z.core.$ZodType | undefined =>
  schema instanceof z.ZodOptional ||
  schema instanceof z.ZodNullable ||
  schema instanceof z.ZodDefault ||
  schema instanceof z.ZodPrefault ||
  schema instanceof z.ZodCatch ||
  schema instanceof z.ZodReadonly
    ? schema.unwrap()
    : undefined;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
