import fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { evaluateExpression, isPlainExpression } from './expression.ts';
import { toPlainJson } from './plain-json.ts';
import { isPlainTemplate } from './template.ts';

const scope = {
  input: { name: 'Ada' },
  previous: { name: 'Ada', items: [{ price: 12 }], price: 3 },
  steps: { draft: { output: { 'the text': 'Dear Ada' } } },
};

describe('a plain expression', () => {
  it.each(['previous', ' input.name ', 'steps.draft.output.`the text`', '"input"."name"'])(
    'is the path %s',
    (source) => {
      expect(isPlainExpression(source, scope)).toBe(true);
    },
  );

  it.each([
    'previous[0]',
    'previous.items',
    'previous.items.price',
    'previous.missing',
    'previous.items[price > 10]',
    'previous.*',
    '**.name',
    'previous.name[]',
    'previous^(name)',
    'previous{name: $}',
    'previous.$uppercase(name)',
    'previous.(name)',
    'previous@$p.name',
    'previous#$i',
    'previous.name.%',
    '$.previous',
    'previous ~> $sum',
    '($f := function($n) { $f($n) }; $f(1))',
    '$match(previous, /(a+)+$/)',
    'previous.',
    '',
  ])('is not %s', (source) => {
    expect(isPlainExpression(source, scope)).toBe(false);
  });

  const names = fc.constantFrom('a', 'b', 'length', 'constructor', '__proto__', 'toString');
  const data = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true, 0, 1.5, '', 'text'),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(names, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value;

  it('gives what JSONata gives, whatever the data', async () => {
    await fc.assert(
      fc.asyncProperty(data, fc.array(names, { maxLength: 4 }), async (previous, path) => {
        const source = ['previous', ...path.map((name) => `\`${name}\``)].join('.');
        const scope = { input: null, previous, steps: {} };
        const expected = await outcome(async () => toPlainJson(await jsonata(source).evaluate(scope)));
        expect(await outcome(() => evaluateExpression(source, scope))).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});

/** Only that it fails: the words around the reason are ours. */
const outcome = async (evaluate: () => Promise<unknown>): Promise<unknown> => {
  try {
    return { value: await evaluate() };
  } catch {
    return 'fails';
  }
};

describe('a plain template', () => {
  it('is text, and names of values', () => {
    for (const template of ['', 'Dear friend', 'Dear {{ input.name }}, {{ previous }}', 'left {{ open']) {
      expect(isPlainTemplate(template, scope)).toBe(true);
    }
  });

  it('is none with one expression that does more', () => {
    expect(isPlainTemplate('{{ input.name }} {{ $sum(previous.price) }}', scope)).toBe(false);
  });
});
