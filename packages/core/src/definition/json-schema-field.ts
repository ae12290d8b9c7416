import { z } from 'zod';
import { type FieldMeta, MAX_FIELD_LENGTH } from './fields.ts';

/** A text field that holds a JSON Schema, or nothing. */
export const jsonSchemaField = (meta: Omit<FieldMeta, 'widget'>) =>
  z
    .string()
    .max(MAX_FIELD_LENGTH)
    .refine(isBlankOrJsonObject, 'must be a JSON Schema: a JSON object such as {"type":"object","properties":{…}}')
    .default('')
    .meta({ ...meta, widget: 'json' });

function isBlankOrJsonObject(text: string): boolean {
  if (text.trim() === '') return true;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
