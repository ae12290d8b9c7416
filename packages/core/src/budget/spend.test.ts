import { describe, expect, it } from 'vitest';
import type { BudgetLimits } from '../definition/workflow-definition.ts';
import { ExecutionError } from '../engine/execution-errors.ts';
import type { CallContext } from '../host/host.ts';
import { completeRequest } from '../models/complete-request.ts';
import { type ModelRequest, type ModelRequestInput, type ModelResponse, userMessage } from '../models/model-call.ts';
import { type Amount, NOTHING } from './amount.ts';
import { budgetStopped, describeAmount } from './budget-error.ts';
import { checkBudgetResponse, raiseOf, toBudgetRequest } from './budget-wait.ts';
import { createBudget } from './create-budget.ts';
import type { BudgetScope } from './decide.ts';
import { estimateCall, mostInputTokens } from './estimate.ts';
import { createSpender } from './spend.ts';
import { withBudget } from './with-budget.ts';

const requestOf = (more: Partial<ModelRequestInput> = {}): ModelRequestInput => ({
  role: 'Poet',
  personality: 'calm',
  model: 'anthropic/claude-sonnet-5-5',
  messages: [userMessage('Say hello.')],
  temperature: 0.3,
  maxTokens: 1_000,
  timeoutMs: 5_000,
  ...more,
});
const call = (signal = new AbortController().signal): CallContext => ({
  nodeId: 'a',
  iteration: '',
  attempt: 1,
  index: 0,
  signal,
});
const answer = (more: Partial<ModelResponse> = {}): ModelResponse => ({
  text: 'Hello',
  message: { role: 'assistant', content: [{ type: 'text', text: 'Hello' }] },
  toolCalls: [],
  model: 'anthropic/claude-sonnet-5-5',
  reason: 'Named by the agent.',
  usage: { inputTokens: 30, outputTokens: 5, cachedInputTokens: 0, reasoningTokens: 0 },
  costUsd: 0.1,
  durationMs: 2_000,
  finishReason: 'stop',
  cached: false,
  ...more,
});
const one = (usd: number): Amount => ({ ...NOTHING, usd, modelCalls: 1 });

/** A model whose calls end when told. */
const createHeldModel = () => {
  const held: { end: (response?: ModelResponse) => void; fail: () => void }[] = [];
  const generate = () => {
    const { promise, resolve, reject } = Promise.withResolvers<ModelResponse>();
    held.push({
      end: (response = answer()) => resolve(response),
      fail: () => reject(new ExecutionError({ code: 'model_overloaded', message: 'no' })),
    });
    return promise;
  };
  return { held, generate };
};
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('withBudget', () => {
  it('counts what calls use, in every kind', async () => {
    const { generate, budget } = withBudget(async () => answer(), { policy: { usd: 1, onReached: 'fail' } });
    await generate(requestOf(), call());
    expect(budget.used()).toEqual({ usd: 0.1, tokens: 35, modelCalls: 1, seconds: 2 });
    expect(budget.reserved()).toEqual(NOTHING);
  });

  it('refuses a call before it is made, and says what is missing', async () => {
    const calls: unknown[] = [];
    const { generate } = withBudget(async (request) => answer({ text: String(calls.push(request)) }), {
      policy: { usd: 0.25, onReached: 'fail' },
      used: one(0.2),
      estimate: () => one(0.1),
    });
    await expect(generate(requestOf(), call())).rejects.toMatchObject({
      data: {
        code: 'budget_exceeded',
        message: 'This call could use up to $0.10, but of the budget of the execution, $0.25, only $0.05 is left.',
        hint: expect.stringContaining('cheaper model'),
      },
    });
    expect(calls).toEqual([]);
  });

  it('does not count an answer from the cache', async () => {
    const cached = answer({ cached: true, costUsd: 0, usage: { ...answer().usage, inputTokens: 0, outputTokens: 0 } });
    const { generate, budget } = withBudget(async () => cached, { policy: { modelCalls: 1, onReached: 'fail' } });
    await generate(requestOf(), call());
    expect(budget.used()).toEqual(NOTHING);
    await generate(requestOf(), call());
  });

  it('lets a call wait while others hold what it needs', async () => {
    const { held, generate: model } = createHeldModel();
    const { generate } = withBudget(model, { policy: { usd: 1, onReached: 'fail' }, estimate: () => one(0.6) });
    const first = generate(requestOf(), call());
    const second = generate(requestOf(), call());
    await settle();
    expect(held).toHaveLength(1);
    held[0]?.end();
    await first;
    await settle();
    expect(held).toHaveLength(2);
    held[1]?.end();
    expect((await second).text).toBe('Hello');
  });

  it('fails the waiting call when the others leave too little', async () => {
    const { held, generate: model } = createHeldModel();
    const { generate } = withBudget(model, { policy: { usd: 1, onReached: 'fail' }, estimate: () => one(0.6) });
    const first = generate(requestOf(), call());
    const second = generate(requestOf(), call());
    held[0]?.end(answer({ costUsd: 0.5 }));
    await first;
    await expect(second).rejects.toMatchObject({ data: { code: 'budget_exceeded' } });
  });

  it('gives back what a failed call had set aside, and counts that it was made', async () => {
    const { held, generate: model } = createHeldModel();
    const { generate, budget } = withBudget(model, {
      policy: { usd: 1, modelCalls: 2, onReached: 'fail' },
      estimate: () => one(1),
    });
    const first = generate(requestOf(), call());
    held[0]?.fail();
    await expect(first).rejects.toMatchObject({ data: { code: 'model_overloaded' } });
    expect(budget.used()).toMatchObject({ usd: 0, tokens: 0, modelCalls: 1 });
    expect(budget.reserved()).toEqual(NOTHING);
  });

  it('counts a call that was given up as the most that it can use: it may be charged in full', async () => {
    const policy = { usd: 2, onReached: 'fail' as const };
    const options = { policy, estimate: () => ({ ...one(1), tokens: 700, seconds: 60 }) };
    const late = withBudget(async () => {
      throw new ExecutionError({ code: 'node_timeout', message: 'late' });
    }, options);
    await expect(late.generate(requestOf(), call())).rejects.toMatchObject({ data: { code: 'node_timeout' } });
    expect(late.budget.used()).toMatchObject({ usd: 1, tokens: 700, modelCalls: 1 });
    expect(late.budget.used().seconds).toBeLessThan(60);
    expect(late.budget.reserved()).toEqual(NOTHING);

    const cancel = new AbortController();
    const cancelled = withBudget(async () => {
      cancel.abort(new Error('stop'));
      throw cancel.signal.reason;
    }, options);
    await expect(cancelled.generate(requestOf(), call(cancel.signal))).rejects.toThrow('stop');
    expect(cancelled.budget.used()).toMatchObject({ usd: 1, tokens: 700, modelCalls: 1 });
  });

  it('stops waiting when the call is cancelled', async () => {
    const { generate: model } = createHeldModel();
    const { generate } = withBudget(model, { policy: { usd: 1, onReached: 'fail' }, estimate: () => one(0.6) });
    void generate(requestOf(), call());
    const controller = new AbortController();
    const waiting = generate(requestOf(), call(controller.signal));
    await settle();
    controller.abort(new Error('cancelled'));
    await expect(waiting).rejects.toThrow('cancelled');
  });

  it('takes the cheaper model, without the others, and says why', async () => {
    const asked: { model: string; fallbacks: number }[] = [];
    const { generate } = withBudget(
      async ({ model, fallbackModels = [] }) => {
        asked.push({ model, fallbacks: fallbackModels.length });
        return answer({ model });
      },
      { policy: { usd: 0.005, onReached: 'downgrade', downgradeTo: 'openai/gpt-6-luna' } },
    );
    const response = await generate(requestOf({ fallbackModels: ['openai/gpt-6-astra'] }), call());
    expect(asked).toEqual([{ model: 'openai/gpt-6-luna', fallbacks: 0 }]);
    expect(response.reason).toBe(
      'Named by the agent. Taken instead of anthropic/claude-sonnet-5-5, because the budget of the execution ($0.0050) does not allow that one.',
    );
  });

  it('asks a person, and goes on when more is allowed', async () => {
    const { generate, budget } = withBudget(async () => answer(), {
      policy: { modelCalls: 1, onReached: 'ask' },
      onAsk: async ({ excess }) => budget.raise({ [excess.kind]: excess.limit + 1 }),
    });
    await generate(requestOf(), call());
    await generate(requestOf(), call());
    expect(budget.limits().modelCalls).toBe(2);
  });

  it('fails where there is nobody to ask', async () => {
    const { generate } = withBudget(async () => answer(), { policy: { modelCalls: 0, onReached: 'ask' } });
    await expect(generate(requestOf(), call())).rejects.toMatchObject({ data: { code: 'budget_exceeded' } });
  });

  it('gives a call no more time than is left', async () => {
    const times: number[] = [];
    const { generate } = withBudget(
      async ({ timeoutMs }) => answer({ durationMs: 2_500, text: String(times.push(timeoutMs)) }),
      {
        policy: { seconds: 6, onReached: 'fail' },
      },
    );
    await generate(requestOf(), call());
    await generate(requestOf({ fallbackModels: ['openai/gpt-6-luna'] }), call());
    expect(times).toEqual([5_000, 1_750]);
    await generate(requestOf(), call());
    await expect(generate(requestOf(), call())).rejects.toMatchObject({ data: { code: 'budget_exceeded' } });
  });
});

describe('a spender', () => {
  const scopeOf = (limits: BudgetLimits, policy: BudgetScope['policy'] = { onReached: 'fail' }): BudgetScope => ({
    kind: 'node',
    nodeId: 'a',
    budget: createBudget(limits),
    policy,
  });
  const spendIn = (
    scopes: BudgetScope[],
    make: (request: ModelRequest) => Promise<ModelResponse>,
    { now, estimate = () => one(1) }: { now?: () => number; estimate?: () => Amount } = {},
  ) =>
    createSpender(now ? { now } : {})(completeRequest(requestOf()), {
      scopes,
      estimate,
      signal: new AbortController().signal,
      ask: async () => undefined,
      make,
    });

  it('counts that a failed call took its time', async () => {
    let now = 500;
    const scope = scopeOf({});
    const spent = spendIn(
      [scope],
      async () => {
        now = 2_000;
        throw new Error('no');
      },
      { now: () => now },
    );
    await expect(spent).rejects.toThrow('no');
    expect(scope.budget.used()).toEqual({ usd: 0, tokens: 0, modelCalls: 1, seconds: 1.5 });
  });

  it('gives up when the cheaper model does not fit either, and says whose budget it is when it does', async () => {
    const policy = { onReached: 'downgrade' as const, downgradeTo: 'openai/gpt-6-luna' };
    await expect(spendIn([scopeOf({ usd: 0.5 }, policy)], async () => answer())).rejects.toMatchObject({
      data: { code: 'budget_exceeded', message: expect.stringContaining('the step a') },
    });
    const prices = [1, 0.1];
    const scope = scopeOf({ usd: 0.5 }, policy);
    const response = await spendIn([scope], async () => answer(), { estimate: () => one(prices.shift() ?? 0) });
    expect(response.reason).toContain('because the budget of the step ($0.50) does not allow that one.');
  });

  it('keeps to the shortest time of all scopes, down to the least that a request may have', async () => {
    const timeOf = async (...seconds: number[]) => {
      let given = 0;
      const scopes = seconds.map((limit) => scopeOf({ seconds: limit }));
      await spendIn(scopes, async ({ timeoutMs }) => {
        given = timeoutMs;
        return answer({ durationMs: 0 });
      });
      return given;
    };
    expect(await timeOf(3, 2, 4)).toBe(2_000);
    expect(await timeOf(0.1)).toBe(100);
    expect(await timeOf(0.099)).toBe(5_000);
    expect(await timeOf(9)).toBe(5_000);
  });

  it('leaves nothing behind on the signal', async () => {
    const { generate, held } = (() => {
      const model = createHeldModel();
      return {
        ...withBudget(model.generate, { policy: { usd: 1, onReached: 'fail' }, estimate: () => one(0.6) }),
        held: model.held,
      };
    })();
    const controller = new AbortController();
    let listeners = 0;
    const { addEventListener, removeEventListener } = controller.signal;
    controller.signal.addEventListener = (...given: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(controller.signal, given);
    };
    controller.signal.removeEventListener = (...given: Parameters<typeof removeEventListener>) => {
      if (given[0] === 'abort') listeners -= 1;
      removeEventListener.apply(controller.signal, given);
    };
    const first = generate(requestOf(), call());
    const second = generate(requestOf(), call(controller.signal));
    await settle();
    expect(listeners).toBe(1);
    held[0]?.end();
    await first;
    await settle();
    held[1]?.end();
    await second;
    expect(listeners).toBe(0);
  });
});

describe('the most that a call can use', () => {
  const of = (more: Partial<ModelRequestInput>) => estimateCall(completeRequest(requestOf(more)));

  it('holds the prompt, the tools, the schema, the images and the longest answer', () => {
    const plain = of({});
    expect(plain).toMatchObject({ modelCalls: 1, seconds: 5 });
    expect(plain.tokens).toBeGreaterThan(1_000);
    // $2 and $10 for a million tokens.
    expect(plain.usd).toBeCloseTo(((plain.tokens - 1_000) * 2 + 1_000 * 10) / 1e6, 10);
    const image = { type: 'image' as const, mediaType: 'image/png', data: 'AAAA' };
    const tools = [{ name: 'look', description: 'x'.repeat(1_000), inputSchema: { type: 'object' } }];
    const outputSchema = { type: 'object', description: 'y'.repeat(1_000) };
    expect(of({ messages: [userMessage('Say hello.', [image])] }).tokens - plain.tokens).toBe(6_000);
    expect(of({ tools }).tokens - plain.tokens).toBeGreaterThan(900);
    expect(of({ outputSchema }).tokens - plain.tokens).toBeGreaterThan(600);
    expect(of({ maxTokens: 3_000 }).tokens - plain.tokens).toBe(2_000);
    expect(of({ messages: [userMessage('あ'.repeat(1_000))] }).tokens - plain.tokens).toBeGreaterThan(1_400);
  });

  it('counts thinking apart where the provider does', () => {
    const model = 'anthropic/claude-haiku-4-5';
    expect(of({ model, reasoningEffort: 'medium' }).tokens - of({ model }).tokens).toBe(8_192);
    expect(of({ reasoningEffort: 'medium' }).tokens).toBe(of({}).tokens);
  });

  it('is the largest of a chain of models, and the time of all', () => {
    const chain = of({ fallbackModels: ['openai/gpt-6-astra', 'demo/demo-model'] });
    expect(chain.usd).toBeGreaterThan(of({}).usd * 4);
    expect(chain.seconds).toBe(15);
    expect(chain.modelCalls).toBe(1);
  });

  it('costs nothing where no price is known, and what somebody pays where they say so', () => {
    const model = 'openai_compatible/llama';
    expect(of({ model }).usd).toBe(0);
    const overrides = new Map([[model, { input: 0, cachedInput: 0, output: 1_000 }]]);
    expect(estimateCall(completeRequest(requestOf({ model })), { overrides }).usd).toBe(1);
  });

  it('never is below what a real tokenizer counts', async () => {
    const { encode } = await import('gpt-tokenizer/encoding/o200k_base');
    const texts = [
      '{"id":"7f3a9c1e-22b4","n":[1,2,3,4,5,6,7,8,9,0]}',
      '東京都渋谷区の天気は晴れです。',
      'plain words of English',
      '0x1f9a8b7c6d5e4f3a2b1c',
      '😀🎉🚀',
    ];
    for (const text of texts) {
      const long = text.repeat(200);
      const tokens = mostInputTokens(completeRequest(requestOf({ messages: [userMessage(long)] })));
      expect(tokens, text).toBeGreaterThan(encode(long).length);
    }
  });
});

describe('asking a person', () => {
  const reached = {
    scope: { kind: 'node' as const, nodeId: 'a', budget: createBudget({}), policy: { onReached: 'ask' as const } },
    excess: { kind: 'tokens' as const, limit: 100, used: 80, reserved: 5, most: 50, by: 35, isLasting: true },
  };

  it('says what is needed', () => {
    expect(toBudgetRequest(reached)).toEqual({
      message:
        'This call could use up to 50 tokens, but of the budget of the step a, 100 tokens, only 15 tokens is left.',
      scope: 'node',
      nodeId: 'a',
      kind: 'tokens',
      limit: 100,
      used: 80,
      most: 50,
      leastRaise: 30,
    });
  });

  it('takes a raise of the kind that was asked about, or a no', () => {
    const request = toBudgetRequest(reached);
    expect(raiseOf(request, { approved: true, values: { tokens: 40 } })).toBe(40);
    expect(checkBudgetResponse(request, { approved: true, values: { tokens: 40 } })).toEqual([]);
    expect(checkBudgetResponse(request, { approved: false })).toEqual([]);
    expect(raiseOf(request, { approved: false, values: { tokens: 40 } })).toBeUndefined();
    expect(checkBudgetResponse(request, {})).toMatchObject([{ field: 'approved' }]);
    const wrong: Record<string, string | number>[] = [{ usd: 1 }, { tokens: 0 }, { tokens: '9' }, { tokens: 1e12 }];
    for (const values of wrong) {
      expect(checkBudgetResponse(request, { approved: true, values })).toMatchObject([{ field: 'values.tokens' }]);
    }
  });

  it('names amounts as people do', () => {
    expect([
      describeAmount('usd', 0.0049),
      describeAmount('usd', 12),
      describeAmount('tokens', 1_234.2),
      describeAmount('modelCalls', 1),
      describeAmount('modelCalls', 2),
      describeAmount('seconds', 1.25),
    ]).toEqual(['$0.0049', '$12.00', '1,235 tokens', '1 model call', '2 model calls', '1.3 s of model time']);
    expect(budgetStopped({ kind: 'usd', limit: 2 }).data).toMatchObject({
      code: 'budget_exceeded',
      message: expect.stringContaining('$2.00'),
    });
  });
});
