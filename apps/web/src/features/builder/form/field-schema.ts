import type { FormSchema } from '@agentweaver/core/nodes/form-schema';
import { z } from 'zod';

/**
 * The part of JSON Schema that node configs use, with the metadata that `z.toJSONSchema` carries along.
 * Anything else is shown as JSON.
 */
export type FieldSchema = {
  type?: string;
  title?: string;
  description?: string;
  enum?: string[];
  default?: unknown;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxItems?: number;
  widget?: string;
  multiline?: boolean;
  placeholder?: string;
  visibleWhen?: { field: string; equals: string | boolean | string[] };
  properties?: Record<string, FieldSchema>;
  required?: string[];
  items?: FieldSchema;
};

const fieldSchema: z.ZodType<FieldSchema> = z.lazy(() =>
  z.object({
    type: z.string().optional(),
    title: z.string().optional(),
    description: z.string().optional(),
    enum: z.array(z.string()).optional(),
    default: z.unknown().optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    minLength: z.number().optional(),
    maxItems: z.number().optional(),
    widget: z.string().optional(),
    multiline: z.boolean().optional(),
    placeholder: z.string().optional(),
    visibleWhen: z
      .object({ field: z.string(), equals: z.union([z.string(), z.boolean(), z.array(z.string())]) })
      .optional(),
    properties: z.record(z.string(), fieldSchema).optional(),
    required: z.array(z.string()).optional(),
    items: fieldSchema.optional(),
  }),
);

const cache = new WeakMap<FormSchema, FieldSchema>();

/** Throws when a node type's schema is none that a form can be made of; a unit test holds all types against it. */
export const toFieldSchema = (schema: FormSchema): FieldSchema => {
  const known = cache.get(schema);
  if (known) return known;
  const parsed = fieldSchema.parse(schema);
  cache.set(schema, parsed);
  return parsed;
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether a field matters under its siblings' values. */
export const isVisible = (
  field: FieldSchema,
  siblings: unknown,
  siblingSchemas: Record<string, FieldSchema>,
): boolean => {
  const rule = field.visibleWhen;
  if (!rule) return true;
  const value = isRecord(siblings) ? siblings[rule.field] : undefined;
  const shown = value ?? siblingSchemas[rule.field]?.default;
  return Array.isArray(rule.equals) ? rule.equals.some((one) => one === shown) : shown === rule.equals;
};

/** A value to start a new list item or a missing field with. */
export const blankValue = (schema: FieldSchema): unknown => {
  if (schema.default !== undefined) return structuredClone(schema.default);
  if (schema.enum) return schema.enum[0];
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, field]) => [name, blankValue(field)]),
      );
    case 'array':
      return [];
    case 'boolean':
      return false;
    case 'number':
    case 'integer':
      return schema.minimum ?? 0;
    default:
      return '';
  }
};
