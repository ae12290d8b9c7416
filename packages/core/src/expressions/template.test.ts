import { describe, expect, it } from 'vitest';
import type { ExpressionScope } from './expression.ts';
import {
  evaluateTemplate,
  parseTemplate,
  referencedSteps,
  renderTemplate,
  rewriteExpressionReferences,
  rewriteReferences,
} from './template.ts';

const scope: ExpressionScope = {
  input: { topic: 'tea', tags: ['green'], nothing: null, amount: 3 },
  previous: [1, 2],
  steps: { draft_1: { output: { text: 'Hello', items: [{ n: 1 }, { n: 2 }] } } },
};

describe('parseTemplate', () => {
  it.each([
    ['plain text', 0],
    ['{{ input.topic }}', 1],
    ['{{input.topic}}{{ previous }}', 2],
    ['{{ {"a": {"b": 1}} }}', 1],
    ['{{{"a":{"b":1}}}}', 1],
    ['{{ "}}" & \'}}\' }} tail', 1],
    ['{{ "a \\" }} b" }}', 1],
    ['{{ `odd }} name` }}', 1],
    ['{{ 1 /* }} */ + 1 }}', 1],
    ['{{ $match(input.topic, /[}"]}}/) }}', 1],
    ['{{ input.amount / 2 }} and {{ 4 / 2 }}', 2],
    ['a single { brace } is text', 0],
  ])('reads %s', (template, expressions) => {
    const parsed = parseTemplate(template);
    expect(parsed.unclosedAt).toBeUndefined();
    expect(parsed.parts.filter((part) => part.kind === 'expression')).toHaveLength(expressions);
    const again = parsed.parts.map((part) => (part.kind === 'text' ? part.text : `{{${part.source}}}`)).join('');
    expect(again).toBe(template);
  });

  it('says where a {{ is that nothing closes', () => {
    expect(parseTemplate('ok {{ 1 }} then {{ input.topic').unclosedAt).toBe(16);
    expect(parseTemplate('{{ "open }}').unclosedAt).toBe(0);
  });
});

describe('evaluateTemplate', () => {
  it.each([
    ['{{ input.amount }}', 3],
    ['  {{ input.tags }}\n', ['green']],
    ['{{ previous }}', [1, 2]],
    ['{{ steps.draft_1.output.items.n }}', [1, 2]],
    ['{{ steps.draft_1.output.items[n > 5] }}', null],
    ['{{ input.missing.deeper }}', null],
    ['{{ {"kept": input.topic, "dropped": input.missing} }}', { kept: 'tea' }],
    ['About {{ input.topic }}: {{ previous }}{{ input.nothing }}!', 'About tea: [1,2]!'],
    ['{{ input.topic }}{{ input.topic }}', 'teatea'],
    ['no expression', 'no expression'],
    ['', ''],
  ])('%s', async (template, value) => {
    expect(await evaluateTemplate(template, scope)).toEqual(value);
  });

  it('gives data that can be sent to a thread', async () => {
    const value = await evaluateTemplate('{{ steps.draft_1.output.items.n }}', scope);
    expect(structuredClone(value)).toEqual([1, 2]);
    expect(Object.keys(value as object)).toEqual(['0', '1']);
  });

  it('renders a single expression as text', async () => {
    expect(await renderTemplate('{{ previous }}', scope)).toBe('[1,2]');
  });

  it.each([
    ['{{ $error("no stock") }}', /no stock/],
    ['{{ "a" + 1 }}', /“"a" \+ 1” failed/],
    ['{{ input.topic( }}', /failed/],
    ['{{ 1 / 0 }}', /Infinity/],
    ['{{ function($x){ $x } }}', /function/],
    ['{{ input.topic', /has no }}/],
    ['{{ ($f := function($n) { $f($n + 1) + 1 }; $f(1)) }}', /non-terminating/],
    ['{{ [1..1000001] }}', /sequence/],
  ])('%s ends as expression_failed', async (template, message) => {
    await expect(evaluateTemplate(template, scope)).rejects.toMatchObject({
      data: { code: 'expression_failed', message: expect.stringMatching(message) },
    });
  });

  it('ends an endless loop', async () => {
    const endless = evaluateTemplate('{{ ($f := function($n) { $f($n + 1) }; $f(1)) }}', scope);
    await expect(endless).rejects.toMatchObject({ data: { code: 'expression_failed', message: /timeout/ } });
  });

  it('ends a result that is nested without end', async () => {
    const nested = '{{ ($f := function($n, $x) { $n = 0 ? $x : $f($n - 1, [[$x]]) }; $f(9000, 1)) }}';
    await expect(evaluateTemplate(nested, scope)).rejects.toMatchObject({ data: { code: 'expression_failed' } });
  });
});

describe('referencedSteps', () => {
  it.each([
    ['{{ steps.a.output }} and {{ steps.b.output.x & steps.a.output }}', ['a', 'b']],
    ['{{ $.steps.a }} {{ $$.steps.b }}', ['a', 'b']],
    ['{{ steps.`a`.output }}', ['a']],
    ['{{ $lookup(steps, "a") }}', ['a']],
    ['{{ {"x": [steps.a.output]} }}', ['a']],
    ['{{ $map(previous, function($v) { steps.a.output & $v }) }}', ['a']],
    ['{{ previous.(steps.a) }}', []],
    ['{{ previous[steps.a = 1] }}', []],
    ['{{ previous[$$.steps.a.output = 1] }}', ['a']],
    ['{{ previous^(steps.a) }}', []],
    ['{{ input.steps.a }}', []],
    ['{{ steps.a. }} {{ steps.b.output }}', ['b']],
    ['steps.a', []],
  ])('%s', (template, ids) => {
    expect(referencedSteps(template)).toEqual(ids);
  });
});

describe('rewriteReferences', () => {
  it.each([
    ['{{ steps.a.output }}', '{{ steps.new_id.output }}'],
    ['a {{ steps . `a` }} a', 'a {{ steps . `new_id` }} a'],
    ['{{ $lookup(steps, "a").output & "a" }}', '{{ $lookup(steps, "new_id").output & "a" }}'],
    ['{{ steps.a.a & steps.ab.a & steps.a.output }}', '{{ steps.new_id.a & steps.ab.a & steps.new_id.output }}'],
    ['{{ input.a }} {{ input.steps.a }}', '{{ input.a }} {{ input.steps.a }}'],
    ['{{ steps.a. }}', '{{ steps.new_id. }}'],
    ['{{ steps.a.output', '{{ steps.new_id.output'],
    ['steps.a', 'steps.a'],
  ])('%s', (template, rewritten) => {
    expect(rewriteReferences(template, 'a', 'new_id')).toBe(rewritten);
  });

  it('rewrites a bare expression', () => {
    expect(rewriteExpressionReferences('steps.a.output.a', 'a', 'b')).toBe('steps.b.output.a');
  });
});
