import { z } from 'zod';
import type { FormSchema } from '../nodes/form-schema.ts';
import { getToolDefinition } from './tools.ts';

const cache = new Map<string, FormSchema>();

/** What the form for a tool's settings is generated from; `undefined` for an unknown tool. Do not change the result: it is shared. */
export const toolFormSchemaFor = (name: string): FormSchema | undefined => {
  const known = cache.get(name);
  if (known) return known;
  const definition = getToolDefinition(name);
  if (!definition) return undefined;
  const { $schema: _, ...schema } = z.toJSONSchema(definition.settings, { io: 'input', target: 'draft-7' });
  cache.set(name, schema);
  return schema;
};
