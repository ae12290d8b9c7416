import { describe, expect, it } from 'vitest';
import type { CallContext } from '../../host/host.ts';
import { type ModelRequestInput, type ModelResponse, NO_USAGE } from '../../models/model-call.ts';
import { runNode } from '../testing/run-node.ts';
import { evaluateConfig, evaluateDefinition } from './definition.ts';

type Given = Parameters<typeof runNode>[1];

const evaluate = (criteria: Record<string, unknown>[], given: Given = {}, config: Record<string, unknown> = {}) =>
  runNode('evaluate', { ...given, config: { criteria, ...config } });

const scoreBy = (source: string, more: object = {}) => ({ kind: 'code', source, ...more });
const HALF = scoreBy('return 0.5');

/** Answers every question with the next of the verdicts; a text is an answer that does not fit. */
const judgeWith = (...verdicts: unknown[]) => {
  const asked: { request: ModelRequestInput; call: CallContext }[] = [];
  const generate = async (request: ModelRequestInput, call: CallContext): Promise<ModelResponse> => {
    asked.push({ request, call });
    const output = verdicts[asked.length - 1];
    const text = typeof output === 'string' ? output : JSON.stringify(output);
    return {
      text,
      message: { role: 'assistant', content: [{ type: 'text', text }] },
      toolCalls: [],
      ...(typeof output === 'string' ? {} : { output }),
      model: 'test/judge',
      reason: 'Chosen.',
      usage: { ...NO_USAGE, inputTokens: 10 },
      costUsd: 0.02,
      durationMs: 1,
      finishReason: 'stop',
      cached: false,
    };
  };
  return { asked, generate };
};

describe('criteria', () => {
  it.each([
    ['return previous.length > 2', 1],
    ['return previous === input.x', 0],
    ['return 0.25', 0.25],
    ['return { score: steps.a.output }', 0.4],
    ['return { score: true }', 1],
  ])('in code: %s', async (source, score) => {
    const given = { previous: 'text', input: { x: 'other' }, steps: { a: { output: 0.4 } } };
    expect((await evaluate([scoreBy(source)], given)).output).toMatchObject({ score, value: 'text' });
  });

  it.each(['return "good"', 'return 2', 'return { score: -1 }'])(
    'in code that gives no judgement: %s',
    async (source) => {
      await expect(evaluate([scoreBy(source, { name: 'Length' })])).rejects.toMatchObject({
        data: { code: 'code_failed', message: expect.stringContaining('“Length”') },
      });
      await expect(evaluate([scoreBy(source)])).rejects.toMatchObject({
        data: { message: expect.stringContaining('“code”') },
      });
    },
  );

  it.each([
    [{ title: 'x' }, 1],
    ['{"title":"x"}', 1],
    [{}, 0],
    ['plain', 0],
  ])('as JSON Schema: %j', async (previous, score) => {
    const schema = '{ "$schema": "x", "type": "object", "required": ["title"] }';
    const { output } = await evaluate([{ kind: 'schema', schema, name: 'Form' }], { previous });
    expect(output).toMatchObject({ score, reasons: [expect.stringContaining('Form: ')] });
  });

  it('as JSON Schema that cannot be used', async () => {
    for (const schema of ['{', '{ "type": "nonsense" }'])
      await expect(evaluate([{ kind: 'schema', schema }])).rejects.toMatchObject({
        data: { code: 'invalid_workflow' },
      });
  });

  it.each([
    ['Dear Ana', 1],
    ['Hello', 0],
    [{ greeting: 'Dear' }, 1],
  ])('as a pattern: %j', async (previous, score) => {
    const { output } = await evaluate([{ kind: 'regex', pattern: 'Dear' }], { previous });
    expect(output).toMatchObject({ score, feedback: score === 1 ? '' : 'It does not match Dear.' });
  });

  it('as a pattern that takes for ever ends', async () => {
    const endless = evaluate([{ kind: 'regex', pattern: '^(a+)+$' }], { previous: `${'a'.repeat(40)}!` });
    await expect(endless).rejects.toMatchObject({ data: { code: 'node_timeout' } });
  });

  it('of a model are judged with structured output, and what it cost is told', async () => {
    const { asked, generate } = judgeWith({ score: 0.9, reasons: ['Clear.'], feedback: 'Shorter.' });
    const criterion = { name: 'Tone', description: 'Fits {{ input.brand }}' };
    const result = await evaluate([criterion], { previous: 'Hi', input: { brand: 'us' }, host: { generate } });
    expect(result).toMatchObject({
      output: { passed: true, score: 0.9, reasons: ['Tone: Clear.'], feedback: 'Tone: Shorter.', spentUsd: 0.02 },
      model: 'test/judge',
      costUsd: 0.02,
      usage: { inputTokens: 10 },
      cached: false,
    });
    const { request } = asked[0] ?? expect.unreachable();
    expect(JSON.stringify(request.messages)).toMatch(/Fits us.*<output>\\nHi/);
    expect(request).toMatchObject({ temperature: 0, outputSchema: { required: ['reasons', 'score', 'feedback'] } });
    expect(result.reports).toEqual([]);
  });

  it('of a model may be answered wrongly once; the numbers of the calls stay the same', async () => {
    const right = { score: 1, reasons: [], feedback: '' };
    const { asked, generate } = judgeWith('no JSON', right, right);
    const result = await evaluate(
      ['A', 'B'].map((name) => ({ name, description: 'Good' })),
      { host: { generate } },
    );
    expect(result).toMatchObject({ ports: ['pass'], costUsd: 0.06 });
    // The repair of the first takes the number that was kept for it.
    expect(asked.map(({ call }) => call.index)).toEqual([0, 2, 1]);
  });

  it('work with the demo model', async () => {
    const { output } = await evaluate([{ description: 'Polite' }], { previous: 'Thank you, this is great.' });
    expect(output).toMatchObject({ score: expect.any(Number), value: 'Thank you, this is great.' });
  });

  it('count by their weights', async () => {
    const one = (weight: number) => scoreBy('return 1', { weight });
    const zero = (weight: number) => scoreBy('return 0', { weight });
    expect((await evaluate([one(3), zero(1)])).output).toMatchObject({ score: 0.75 });
    expect((await evaluate([one(0), zero(2)])).output).toMatchObject({ score: 0 });
    expect((await evaluate([one(0), zero(0)])).output).toMatchObject({ score: 0.5 });
    expect((await evaluate([one(2), zero(1)])).output).toMatchObject({ score: 0.667 });
  });
});

describe('what is judged', () => {
  it('is what came in, or the chosen step’s output', async () => {
    expect((await evaluate([HALF], { previous: { a: 1 } })).output).toMatchObject({ value: { a: 1 } });
    const steps = { draft: { output: 'Draft' } };
    expect((await evaluate([HALF], { steps }, { judged: 'draft' })).output).toMatchObject({ value: 'Draft' });
    expect((await evaluate([HALF], {}, { judged: 'gone' })).output).toMatchObject({ value: null });
    expect(evaluateDefinition.judged?.(evaluateConfig.parse({ judged: 'draft' }))).toBe('draft');
    expect(evaluateDefinition.judged?.(evaluateConfig.parse({}))).toBeUndefined();
  });
});

describe('rounds', () => {
  const decide = async (config: object, given: Given = {}) => {
    const { ports, reason, output } = await evaluate([HALF], given, { threshold: 0.8, ...config });
    return { ports, reason, output };
  };

  it('end when the score is reached', async () => {
    expect(await decide({ threshold: 0.5 })).toMatchObject({ ports: ['pass'], reason: 'The score 0.5 reaches 0.5.' });
  });

  it('follow while some are left', async () => {
    expect(await decide({})).toMatchObject({
      ports: ['back'],
      output: { passed: false, round: 0 },
      reason: 'The score 0.5 is below 0.8; round 2 of 3 follows.',
    });
    expect(await decide({}, { iteration: 'each[2]/node[1]' })).toMatchObject({ ports: ['back'], output: { round: 1 } });
    const last = await decide({}, { iteration: 'each[2]/node[2]' });
    expect(last).toMatchObject({
      ports: ['fail'],
      output: { round: 2 },
      reason: 'The score 0.5 is below 0.8, and that was the last of 3 rounds.',
    });
  });

  it('are counted by this evaluation alone', async () => {
    for (const iteration of ['node[2]/each[0]', 'other[2]', 'nonsense'])
      expect((await decide({}, { iteration })).output).toMatchObject({ round: 0 });
    expect((await decide({ maxRounds: 1 })).ports).toEqual(['fail']);
  });

  it('that are used up can fail the step', async () => {
    await expect(decide({ maxRounds: 1, onExhausted: 'fail' })).rejects.toMatchObject({
      data: { code: 'evaluation_failed', message: expect.stringContaining('last of 1 rounds') },
    });
  });

  it('end when judging has cost enough, all rounds together', async () => {
    const run = (spentUsd: unknown) => {
      const { generate } = judgeWith({ score: 0, reasons: [], feedback: 'Better.' });
      const feedback = { evaluation: { spentUsd }, output: null, round: 1 };
      return evaluate([{ description: 'Good' }], { feedback, host: { generate } }, { maxCostUsd: 0.05, maxRounds: 9 });
    };
    expect(await run(0.02)).toMatchObject({ ports: ['back'], output: { spentUsd: 0.04 } });
    expect(await run(0.03)).toMatchObject({ ports: ['fail'], reason: expect.stringContaining('cost limit of $0.05') });
    expect(await run('much')).toMatchObject({ ports: ['back'] });
  });

  it('start without feedback, or with one that says nothing', async () => {
    for (const evaluation of [null, 'text', {}])
      expect((await decide({}, { feedback: { evaluation, output: 1, round: 1 } })).output).toMatchObject({
        spentUsd: 0,
      });
  });
});

it('refuses patterns that are none, criteria that say nothing, and a list of none', () => {
  const accepts = (config: object) => evaluateConfig.safeParse(config).success;
  expect(accepts({ criteria: [{ kind: 'regex', pattern: '(' }] })).toBe(false);
  for (const kind of ['model', 'schema', 'regex', 'code']) expect(accepts({ criteria: [{ kind }] })).toBe(false);
  expect(accepts({ criteria: [] })).toBe(false);
  expect(accepts({})).toBe(true);
});
