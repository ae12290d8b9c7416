import { z } from 'zod';
import { getNodeDefinition } from './definitions.ts';

/** JSON Schema, draft 7, with the field metadata (`widget`, `multiline`, `placeholder`, `visibleWhen`) beside the standard keywords. */
export type FormSchema = z.core.JSONSchema.BaseSchema;

const cache = new Map<string, FormSchema>();

/** What the editor's form for a node type is generated from; `undefined` for an unknown type. Do not change the result: it is shared. */
export const formSchemaFor = (type: string): FormSchema | undefined => {
  const known = cache.get(type);
  if (known) return known;
  const definition = getNodeDefinition(type);
  if (!definition) return undefined;
  const { $schema: _, ...schema } = z.toJSONSchema(definition.config, {
    io: 'input',
    target: 'draft-7',
  });
  cache.set(type, schema);
  return schema;
};
