import { NODE_DEFINITIONS } from '@agentweaver/core/nodes/definitions';
import { formSchemaFor } from '@agentweaver/core/nodes/form-schema';
import { NODE_TYPES } from '@agentweaver/core/nodes/node-type';
import { describe, expect, it } from 'vitest';
import en from '../../../../messages/en/nodes.json' with { type: 'json' };
import { blankValue, type FieldSchema, isVisible, toFieldSchema } from './field-schema.ts';

const schemaOf = (type: string): FieldSchema => {
  const schema = formSchemaFor(type);
  if (!schema) throw new Error(`no schema for ${type}`);
  return toFieldSchema(schema);
};

const fieldPaths = (schema: FieldSchema, path = ''): string[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const at = path === '' ? name : `${path}.${name}`;
    return [at, ...fieldPaths(field, at), ...(field.items ? fieldPaths(field.items, at) : [])];
  });

const lookup = (tree: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined), tree);

describe.each(NODE_TYPES)('the form of %s', (type) => {
  it('can be made from its schema, and each field has words', () => {
    const schema = schemaOf(type);
    for (const path of fieldPaths(schema))
      expect(lookup(en, `${type}.fields.${path}.title`), path).toBeTypeOf('string');
  });

  it('starts list items with values that the schema takes, but for what must be filled in', () => {
    const { config } = NODE_DEFINITIONS[type];
    for (const [name, field] of Object.entries(schemaOf(type).properties ?? {})) {
      if (field.type !== 'array' || !field.items || field.widget) continue;
      const result = config.safeParse({ ...NODE_DEFINITIONS[type].defaults, [name]: [blankValue(field.items)] });
      const paths = result.success ? [] : result.error.issues.map((issue) => issue.path.join('.'));
      for (const path of paths) expect(path).toMatch(new RegExp(`^${name}\\.0\\.(name|id|description)$`));
    }
  });
});

describe('isVisible', () => {
  it('goes by the sibling, or by its default when it is not set', () => {
    const { properties = {} } = schemaOf('condition');
    const { condition = {}, cases = {} } = properties;
    expect(isVisible(condition, { mode: 'if' }, properties)).toBe(true);
    expect(isVisible(cases, { mode: 'if' }, properties)).toBe(false);
    expect(isVisible(cases, { mode: 'switch' }, properties)).toBe(true);
    expect(isVisible(condition, {}, properties)).toBe(true);
  });

  it('takes one of several values, and a switch', () => {
    const field = { visibleWhen: { field: 'mode', equals: ['a', 'b'] } };
    expect(isVisible(field, { mode: 'b' }, {})).toBe(true);
    expect(isVisible(field, { mode: 'c' }, {})).toBe(false);
    const switched = { visibleWhen: { field: 'on', equals: true } };
    expect(isVisible(switched, { on: true }, {})).toBe(true);
    expect(isVisible(switched, {}, { on: { default: false } })).toBe(false);
  });
});
