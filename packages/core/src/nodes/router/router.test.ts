import { describe, expect, it } from 'vitest';
import { completeRequest } from '../../models/complete-request.ts';
import type { ModelRequestInput, ModelResponse } from '../../models/model-call.ts';
import { NO_USAGE, promptOf } from '../../models/model-call.ts';
import { outputPortsOf } from '../definitions.ts';
import { runNode } from '../testing/run-node.ts';
import { routerConfig } from './definition.ts';

const routes = [
  { id: 'large', label: 'Large', condition: '{{ previous.amount > 100 }}' },
  { id: 'abroad', condition: '{{ previous.country != "JP" }}' },
  { id: 'never', condition: '' },
];

describe('by rules', () => {
  const route = (previous: unknown, allowSeveral = false) =>
    runNode('router', { config: { routes, allowSeveral }, previous });

  it('takes the first route whose condition is true, and says why', async () => {
    const previous = { amount: 200, country: 'FR' };
    expect(await route(previous)).toMatchObject({
      ports: ['large'],
      output: previous,
      reason: 'The condition of “Large” is true.',
    });
  });

  it('takes all of them when several may be taken', async () => {
    expect(await route({ amount: 200, country: 'FR' }, true)).toMatchObject({
      ports: ['large', 'abroad'],
      reason: 'The condition of “Large”, “abroad” is true.',
    });
  });

  it('takes the default port when none is true, or there are none', async () => {
    expect(await route({ amount: 1, country: 'JP' })).toMatchObject({
      ports: ['default'],
      reason: 'None of the 3 conditions is true.',
    });
    expect(await runNode('router')).toMatchObject({ ports: ['default'], output: null });
  });
});

describe('by a model', () => {
  const described = [
    { id: 'billing', label: 'Billing', description: 'Invoices and refunds' },
    { id: 'technical', description: 'Something does not work' },
    { id: 'other' },
  ];

  const ask = async (answer: unknown, config: Record<string, unknown> = {}, text = JSON.stringify(answer)) => {
    const requests: ModelRequestInput[] = [];
    const generate = async (request: ModelRequestInput): Promise<ModelResponse> => {
      requests.push(request);
      return {
        text,
        message: { role: 'assistant', content: [{ type: 'text', text }] },
        toolCalls: [],
        ...(answer === undefined ? {} : { output: answer }),
        model: 'test/small',
        reason: 'Chosen.',
        usage: { ...NO_USAGE, inputTokens: 9 },
        costUsd: 0.01,
        durationMs: 1,
        finishReason: 'stop',
        cached: true,
      };
    };
    const result = await runNode('router', {
      config: { mode: 'model', routes: described, subject: 'Ticket: {{ previous }}', ...config },
      previous: 'My invoice is wrong',
      host: { generate },
    });
    return { result, request: requests[0] ?? expect.unreachable() };
  };

  it('takes what the model names and hands on what came in, with its reason and cost', async () => {
    const { result, request } = await ask({ reason: 'It is about an invoice.', route: 'billing' });
    expect(result).toMatchObject({
      ports: ['billing'],
      output: 'My invoice is wrong',
      reason: 'It is about an invoice.',
      model: 'test/small',
      costUsd: 0.01,
      usage: { inputTokens: 9 },
      cached: true,
    });
    expect(request).toMatchObject({ model: 'auto', temperature: 0 });
  });

  it('tells it the routes, the instructions and the subject', async () => {
    const { request } = await ask({ reason: 'x', route: 'other' }, { instructions: 'Prefer {{ "people" }}.' });
    const prompt = promptOf(completeRequest(request));
    expect(prompt).toContain(
      '- billing (Billing: Invoices and refunds)\n- technical (Something does not work)\n- other\n- default',
    );
    expect(prompt).toContain('Prefer people.');
    expect(prompt).toContain('<subject>\nTicket: My invoice is wrong\n</subject>');
    expect(request.outputSchema).toMatchObject({
      properties: { route: { enum: ['billing', 'technical', 'other', 'default'] } },
    });
  });

  it('takes several, in the order of the routes', async () => {
    const answer = { reason: 'Both.', routes: ['technical', 'billing', 'technical'] };
    const { result, request } = await ask(answer, { allowSeveral: true });
    expect(result.ports).toEqual(['billing', 'technical']);
    expect(request.outputSchema).toMatchObject({ properties: { routes: { type: 'array' } } });
  });

  it.each([
    [{ reason: 'Unclear.', route: 'default' }, 'Unclear.'],
    [{ reason: 'Sure.', route: 'no_such_route' }, 'The model’s answer names no route.'],
    [{ reason: 'Sure.' }, 'The model’s answer names no route.'],
    ['billing', 'The model’s answer names no route.'],
  ])('takes the default port for %j', async (answer, reason) => {
    expect((await ask(answer)).result).toMatchObject({ ports: ['default'], reason, costUsd: 0.01 });
  });

  it('takes the default port for several that name none, and for text that is no JSON', async () => {
    const none = await ask({ reason: 'Nothing fits.', routes: [] }, { allowSeveral: true });
    expect(none.result).toMatchObject({ ports: ['default'], reason: 'Nothing fits.' });
    expect((await ask(undefined, {}, 'I would say billing')).result.ports).toEqual(['default']);
  });

  it('reads JSON that a model writes as text, and says when there is no reason', async () => {
    const { result } = await ask(undefined, {}, '```json\n{"reason":" ","route":"other"}\n```');
    expect(result).toMatchObject({ ports: ['other'], reason: 'The model gave no reason.' });
  });

  it('works with the demo model', async () => {
    const config = { mode: 'model', routes: described };
    const { ports } = await runNode('router', { config, previous: 'Please refund my invoice, I was charged twice.' });
    expect(ports).toEqual(['billing']);
  });
});

it('has a port for each route and one for the rest, and refuses names that are taken', () => {
  expect(outputPortsOf('router', { routes })).toEqual([
    { id: 'large', label: 'Large' },
    { id: 'abroad', label: 'abroad' },
    { id: 'never', label: 'never' },
    { id: 'default', label: 'Otherwise' },
  ]);
  for (const id of ['default', 'error', 'with space'])
    expect(routerConfig.safeParse({ routes: [{ id }] }).success).toBe(false);
  expect(routerConfig.safeParse({ routes: [{ id: 'a' }, { id: 'a' }] }).success).toBe(false);
});
