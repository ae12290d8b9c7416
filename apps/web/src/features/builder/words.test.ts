import type { Problem } from '@agentweaver/core/definition/problem';
import { NODE_DEFINITIONS, outputPortsOf } from '@agentweaver/core/nodes/definitions';
import { formSchemaFor } from '@agentweaver/core/nodes/form-schema';
import { NODE_TYPES } from '@agentweaver/core/nodes/node-type';
import { createTranslator } from 'next-intl';
import { describe, expect, it } from 'vitest';
import enBuilder from '../../../messages/en/builder.json' with { type: 'json' };
import enNodes from '../../../messages/en/nodes.json' with { type: 'json' };
import jaBuilder from '../../../messages/ja/builder.json' with { type: 'json' };
import jaNodes from '../../../messages/ja/nodes.json' with { type: 'json' };
import { type FieldSchema, toFieldSchema } from './form/field-schema.ts';

const at = (tree: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (found, key) => (typeof found === 'object' && found !== null ? Reflect.get(found, key) : undefined),
      tree,
    );

/** Names such as GET are the same in every language. */
const isWord = (option: unknown): boolean => !/^[A-Z]+$/.test(String(option));

/** Every text that the form of a type shows, by where its words stand. */
const shownTexts = (schema: FieldSchema, path: string): string[] =>
  Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const here = `${path}.${name}`;
    return [
      `${here}.title`,
      ...(field.description ? [`${here}.description`] : []),
      ...(field.enum ?? []).filter(isWord).map((option) => `${here}.options.${String(option)}`),
      ...shownTexts(field, here),
      ...(field.items ? shownTexts(field.items, here) : []),
    ];
  });

describe.each([
  ['en', enNodes],
  ['ja', jaNodes],
])('the words of node types in %s', (_, words) => {
  it.each(NODE_TYPES)('are complete for %s', (type) => {
    const schema = formSchemaFor(type);
    const texts = [
      `${type}.title`,
      `${type}.summary`,
      `${type}.aliases`,
      ...outputPortsOf(type, NODE_DEFINITIONS[type].defaults).map(({ id }) => `${type}.ports.${id}`),
      ...(schema ? shownTexts(toFieldSchema(schema), `${type}.fields`) : []),
    ];
    expect(texts.filter((path) => typeof at(words, path) !== 'string')).toEqual([]);
  });
});

/** Each code with what the validator gives for it; several where the words depend on it. */
const PROBLEMS: Record<Problem['code'], Record<string, string>[]> = {
  malformed: [{ field: 'nodes.0', description: 'is missing' }],
  duplicate_node_id: [{ id: 'a' }],
  duplicate_edge_id: [{ id: 'a' }],
  unknown_node_type: [{ node: 'A', type: 't' }],
  invalid_config: [{ node: 'A', field: 'f', description: 'is missing' }],
  unknown_node: [{ edge: 'e', id: 'a' }],
  unknown_port: [{ node: 'A', port: 'p', ports: '“out”' }],
  cycle: [{ route: 'A → B', ids: 'a,b' }],
  no_input: [{}],
  several_inputs: [{ node: 'A' }],
  no_output: [{}],
  unreachable: [{ node: 'A' }],
  broken_expression: [{ node: 'A', field: 'f', position: '1', reason: 'no' }],
  unknown_reference: [{ node: 'A', field: 'f', id: 'b' }],
  not_an_ancestor: [{ node: 'A', field: 'f', id: 'b', other: 'B' }],
  crosses_container: [{ source: 'A', target: 'B' }],
  invalid_parent: [
    ...['missing', 'no_container', 'circle', 'only_at_top'].map((kind) => ({ node: 'A', kind, parent: 'P' })),
    { node: 'A', kind: 'too_deep', parent: '', max: '5' },
  ],
  empty_container: [{ node: 'A' }],
  invalid_judged: [
    { node: 'A', judged: '', kind: 'none' },
    { node: 'A', judged: 'B', kind: 'apart' },
  ],
  overlapping_feedback: [{ node: 'A', other: 'B' }],
};

const CODES = Object.keys(PROBLEMS) as Problem['code'][];

describe.each([
  ['en', enBuilder],
  ['ja', jaBuilder],
])('problems in %s', (locale, messages) => {
  const t = createTranslator({
    locale,
    messages: { problemText: messages.problemText },
    onError: (error) => {
      throw error;
    },
  });

  it.each(CODES)('have words for %s that can be filled in', (code) => {
    const params = PROBLEMS[code];
    const texts = params.map((values) => t(`problemText.${code}`, { field: '', ...values }));
    expect(new Set(texts).size).toBe(params.length);
    for (const text of texts) expect(text).not.toMatch(/[{}]/);
  });
});
