import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { template } from '../definition/fields.ts';
import { expressionFields } from './expression-fields.ts';

const text = template({ title: 'Text' });

describe('expressionFields', () => {
  it('finds texts wherever the schema puts them', () => {
    const schema = z.strictObject({
      plain: z.string(),
      direct: text,
      wrapped: text.min(1).optional().default('x'),
      list: z.array(z.object({ value: text.default('') })).default([]),
      byName: z.record(z.string(), text),
      either: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('a'), a: text }),
        z.object({ kind: z.literal('b'), b: z.string().meta({ title: 'B', widget: 'jsonata' }) }),
      ]),
    });
    const value = {
      plain: '{{ no }}',
      direct: '1',
      wrapped: '2',
      list: [{ value: '3' }, {}, { value: '4' }],
      byName: { x: '5' },
      either: { kind: 'b', b: '6' },
    };
    expect(
      expressionFields(schema, value).map((field) => `${field.path.join('.')} ${field.widget} ${field.text}`),
    ).toEqual([
      'direct template 1',
      'wrapped template 2',
      'list.0.value template 3',
      'list.2.value template 4',
      'byName.x template 5',
      'either.b jsonata 6',
    ]);
  });

  it('takes a config that does not parse', () => {
    expect(expressionFields(z.strictObject({ a: text, b: text }), { a: 5, b: '{{', c: 1 })).toMatchObject([
      { path: ['b'] },
    ]);
    expect(expressionFields(z.strictObject({ a: text }), 'nonsense')).toEqual([]);
  });

  it('leaves out what the form hides', () => {
    const schema = z.object({
      mode: z.enum(['one', 'two']).default('one'),
      first: template({ title: 'First', visibleWhen: { field: 'mode', equals: 'one' } }).default(''),
      second: template({ title: 'Second', visibleWhen: { field: 'mode', equals: 'two' } }),
    });
    expect(expressionFields(schema, { mode: 'two', first: 'a', second: 'b' })).toMatchObject([{ path: ['second'] }]);
  });

  it('shows what several values, or a switch, decide', () => {
    const schema = z.object({
      mode: z.enum(['one', 'two', 'three']),
      on: z.boolean(),
      some: template({ title: 'Some', visibleWhen: { field: 'mode', equals: ['one', 'two'] } }),
      switched: template({ title: 'Switched', visibleWhen: { field: 'on', equals: true } }),
    });
    const shown = (value: object) =>
      expressionFields(schema, { some: 'a', switched: 'b', ...value }).map(({ path }) => path[0]);
    expect(shown({ mode: 'two', on: true })).toEqual(['some', 'switched']);
    expect(shown({ mode: 'three', on: false })).toEqual([]);
  });
});
