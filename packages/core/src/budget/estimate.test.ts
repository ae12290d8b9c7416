import { describe, expect, it } from 'vitest';
import { completeRequest } from '../models/complete-request.ts';
import type { ModelRequestInput } from '../models/model-call.ts';
import { addAmounts, subtractAmounts } from './amount.ts';
import { budgetExceeded, budgetStopped, dollars } from './budget-error.ts';
import { budgetRequestSchema, checkBudgetResponse, raiseOf, toBudgetRequest } from './budget-wait.ts';
import { createBudget } from './create-budget.ts';
import { decide, type ReachedLimit } from './decide.ts';
import { mostInputTokens } from './estimate.ts';
import { mostTokens } from './most-tokens.ts';

describe('the most tokens of a text', () => {
  it.each([
    ['', 0],
    ['a', 1],
    ['abc', 1],
    ['abcd', 2],
    ['AZaz', 2],
    ['hello world', 4],
    ['hello  world', 5],
    ['0', 1],
    ['019', 1],
    ['9999', 2],
    ['a1', 2],
    ['1a', 2],
    ['7f3a', 4],
    ['a,b', 3],
    ['@[`{', 4],
    ['/:', 2],
    ['\u007f', 1],
    ['\u0080', 2],
    ['é', 2],
    ['日本', 4],
    ['😀', 4],
    ['a\n', 2],
    [' ', 0],
    ['  ', 1],
  ])('%j: %i', (text, tokens) => {
    expect(mostTokens(text)).toBe(tokens);
  });
});

const inputOf = (more: Partial<ModelRequestInput> = {}) =>
  mostInputTokens(
    completeRequest({
      role: '',
      personality: '',
      model: 'openai_compatible/x',
      messages: [{ role: 'user', content: [{ type: 'text', text: '' }] }],
      temperature: 0,
      maxTokens: 1,
      timeoutMs: 100,
      ...more,
    }),
  );

describe('the most input of a request', () => {
  it('is the sum of its parts', () => {
    // 100 for the request, 10 for the message.
    expect(inputOf()).toBe(110);
    expect(inputOf({ role: 'abc' })).toBe(111);
    expect(inputOf({ personality: 'abcd' })).toBe(112);
    expect(inputOf({ role: 'abc', personality: 'abc' })).toBe(112);
    expect(inputOf({ messages: [{ role: 'user', content: [{ type: 'text', text: '"a"' }] }] })).toBe(113);
    // {"a":1}: seven signs, told twice.
    expect(inputOf({ outputSchema: { a: 1 } })).toBe(110 + 2 * 7);
    expect(inputOf({ model: 'openai/gpt-4o-mini', messages: [image] })).toBe(110 + 50_000);
    expect(inputOf({ messages: [image, image] })).toBe(120 + 2 * 6_000);
  });

  it('holds the parts that are no text as the JSON that they are', () => {
    const call = { type: 'tool_call' as const, callId: 'c', name: 'n', input: { a: 1 } };
    const json = mostTokens(JSON.stringify(call));
    expect(inputOf({ messages: [image, { role: 'assistant', content: [call] }] })).toBe(120 + 6_000 + json);
    const tools = [{ name: 't', description: 'abc', inputSchema: {} }];
    expect(inputOf({ tools })).toBe(110 + 600 + mostTokens(JSON.stringify(tools)));
  });
});

const image = {
  role: 'user' as const,
  content: [{ type: 'image' as const, mediaType: 'image/png', data: 'A'.repeat(9_000) }],
};

it('amounts are added and taken away kind by kind', () => {
  const one = { usd: 1, tokens: 2, modelCalls: 3, seconds: 4 };
  const other = { usd: 10, tokens: 20, modelCalls: 30, seconds: 40 };
  expect(addAmounts(one, other)).toEqual({ usd: 11, tokens: 22, modelCalls: 33, seconds: 44 });
  expect(subtractAmounts(other, one)).toEqual({ usd: 9, tokens: 18, modelCalls: 27, seconds: 36 });
});

const reachedOf = (kind: ReachedLimit['excess']['kind'], nodeId?: string): ReachedLimit => ({
  scope: {
    kind: nodeId === undefined ? 'execution' : 'node',
    ...(nodeId === undefined ? {} : { nodeId }),
    budget: createBudget({}),
    policy: { onReached: 'fail' },
  },
  excess: { kind, limit: 10, used: 8, reserved: 1, most: 5, by: 4, isLasting: true },
});

describe('what people read', () => {
  it('says of each kind what to do', () => {
    const hints = (['usd', 'tokens', 'modelCalls', 'seconds'] as const).map(
      (kind) => budgetExceeded(reachedOf(kind)).data.hint,
    );
    expect(hints).toEqual([
      expect.stringContaining('cheaper model'),
      expect.stringContaining('shorten the prompt'),
      expect.stringContaining('fewer steps'),
      expect.stringContaining('faster model'),
    ]);
    expect(budgetStopped({ kind: 'usd', limit: 1 }).data.hint).toContain('larger budget');
  });

  it('names the step or the execution, and never less than nothing as left', () => {
    expect(budgetExceeded(reachedOf('tokens', 'a')).data.message).toContain(
      'the budget of the step a, 10 tokens, only 1 tokens',
    );
    const passed = reachedOf('usd');
    passed.excess.used = 99;
    expect(budgetExceeded(passed).data.message).toContain('of the execution, $10.00, only $0.00 is left');
  });

  it('writes dollars with what matters of them', () => {
    expect([0, 0.01, 0.009_9, 0.000_123, 1].map(dollars)).toEqual(['$0.00', '$0.01', '$0.0099', '$0.00012', '$1.00']);
  });
});

describe('a question about a budget', () => {
  it('is what is stored and read again', () => {
    const request = toBudgetRequest(reachedOf('seconds', 'a'));
    expect(budgetRequestSchema.parse(JSON.parse(JSON.stringify(request)))).toEqual(request);
    expect(toBudgetRequest(reachedOf('usd'))).not.toHaveProperty('nodeId');
    for (const kind of ['usd', 'tokens', 'modelCalls', 'seconds'] as const) {
      expect(budgetRequestSchema.safeParse({ ...request, kind }).success).toBe(true);
    }
  });

  it('is read in a shorter form as well, and refused where it is none', () => {
    expect(budgetRequestSchema.parse({ message: 'More?' })).toEqual({
      message: 'More?',
      scope: 'execution',
      kind: 'usd',
      limit: 0,
      used: 0,
      most: 0,
      leastRaise: 0,
    });
    const wrong: object[] = [
      { message: 'x'.repeat(1_001) },
      { scope: 'world' },
      { kind: 'stars' },
      { nodeId: 'n'.repeat(65) },
      { limit: -1 },
      { used: -1 },
      { most: -1 },
      { leastRaise: -1 },
    ];
    for (const more of wrong) expect(budgetRequestSchema.safeParse({ message: 'More?', ...more }).success).toBe(false);
  });

  it('takes up to the largest raise of its kind', () => {
    expect(raiseOf({ kind: 'usd' }, { approved: true, values: { usd: 100_000 } })).toBe(100_000);
    expect(raiseOf({ kind: 'usd' }, { approved: true, values: { usd: 100_000.01 } })).toBeUndefined();
    expect(raiseOf({ kind: 'usd' }, { approved: true })).toBeUndefined();
    expect(checkBudgetResponse({ kind: 'usd' }, {})).toEqual([{ field: 'approved', message: 'must be true or false' }]);
    expect(checkBudgetResponse({ kind: 'seconds' }, { approved: true })).toEqual([
      { field: 'values.seconds', message: 'must be by how much to raise the budget, up to 86,400' },
    ]);
  });
});

it('a policy that fails never takes the cheaper model that it may name', () => {
  const budget = createBudget({ usd: 0 });
  const most = { usd: 1, tokens: 0, modelCalls: 0, seconds: 0 };
  const scope = {
    kind: 'execution' as const,
    budget,
    policy: { onReached: 'fail' as const, downgradeTo: 'demo/demo-model' },
  };
  expect(decide([scope], most)).toMatchObject({ action: 'fail' });
});
