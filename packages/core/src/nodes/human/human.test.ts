import { describe, expect, it } from 'vitest';
import { type HumanAnswer, type HumanRequest, humanRequestSchema } from '../../host/ports/human.ts';
import { Suspended } from '../../host/suspended.ts';
import { outputPortsOf } from '../definitions.ts';
import { runNode } from '../testing/run-node.ts';
import { humanConfig } from './definition.ts';

const AT = Date.UTC(2026, 0, 2, 3, 4, 5);
const WHEN = '2026-01-02T03:04:05.000Z';
const EXPIRED: HumanAnswer = { kind: 'expired', at: AT };

const answered = (response: Extract<HumanAnswer, { kind: 'answered' }>['response']): HumanAnswer => ({
  kind: 'answered',
  response,
  by: 'Aiko',
  at: AT,
});

const ask = async (config: Record<string, unknown>, answer: HumanAnswer, previous: unknown = 'Draft') => {
  const requests: HumanRequest[] = [];
  const human = {
    ask: async (request: unknown) => {
      requests.push(humanRequestSchema.parse(request));
      return answer;
    },
  };
  const result = await runNode('human', { config, previous, host: { human } });
  return { result, request: requests[0] ?? expect.unreachable() };
};

const choices = [{ id: 'send', label: 'Send it' }, { id: 'drop' }];
const fields = [
  { name: 'reason', type: 'long_text', required: true },
  { name: 'rating', type: 'number' },
  { name: 'tone', type: 'choice', options: ['warm', 'cool'] },
];

describe('an approval', () => {
  it('leaves through the port of its answer, with who and when', async () => {
    const { result, request } = await ask(
      { title: 'Send {{ previous }}?' },
      answered({ approved: true, comment: 'Nice' }),
    );
    expect(result).toMatchObject({
      ports: ['approved'],
      output: { approved: true, comment: 'Nice', by: 'Aiko', at: WHEN, expired: false },
      reason: 'Aiko answered.',
    });
    expect(request).toEqual({ kind: 'approval', title: 'Send Draft?', message: 'Draft', choices: [], fields: [] });
    const refused = await ask({}, answered({ approved: false }));
    expect(refused.result).toMatchObject({ ports: ['rejected'], output: { approved: false, comment: '' } });
  });

  it('cannot be answered with something else', async () => {
    await expect(ask({}, answered({ choice: 'send' }))).rejects.toMatchObject({
      data: { code: 'output_invalid', message: expect.stringContaining('approved') },
    });
  });
});

describe('a choice', () => {
  it('leaves through its own port', async () => {
    const { result, request } = await ask({ kind: 'choice', choices }, answered({ choice: 'send' }));
    expect(result).toMatchObject({ ports: ['send'], output: { choice: 'send', label: 'Send it', by: 'Aiko' } });
    expect(request.choices).toEqual([
      { id: 'send', label: 'Send it' },
      { id: 'drop', label: 'drop' },
    ]);
  });

  it('is one of those offered', async () => {
    await expect(ask({ kind: 'choice', choices }, answered({ choice: 'keep' }))).rejects.toMatchObject({
      data: { code: 'output_invalid', message: expect.stringContaining('"drop"') },
    });
  });
});

describe('a form', () => {
  it('gives every field, null where nothing was filled in', async () => {
    const { result, request } = await ask(
      { kind: 'form', fields },
      answered({ values: { reason: 'Late', rating: 4 } }),
    );
    expect(result).toMatchObject({ ports: ['out'], output: { values: { reason: 'Late', rating: 4, tone: null } } });
    expect(request.fields.map(({ name }) => name)).toEqual(['reason', 'rating', 'tone']);
  });

  it('has to be filled in as it asks', async () => {
    const wrong = ask({ kind: 'form', fields }, answered({ values: { rating: 'x', tone: 'hot', more: 1 } }));
    await expect(wrong).rejects.toMatchObject({
      data: { message: expect.stringMatching(/reason is missing.*rating must be a number.*tone.*more is not a field/) },
    });
    await expect(ask({ kind: 'form', fields }, answered({}))).rejects.toMatchObject({
      data: { code: 'output_invalid' },
    });
    const empty = await ask({ kind: 'form' }, answered({}));
    expect(empty.result.output).toMatchObject({ values: {} });
  });
});

describe('a deadline', () => {
  it('is sent along', async () => {
    const { request } = await ask({ deadlineMinutes: 90 }, answered({ approved: true }));
    expect(request.deadlineMs).toBe(5_400_000);
    const soon = await ask({ deadlineMinutes: 0.001 }, answered({ approved: true }));
    expect(soon.request.deadlineMs).toBe(1_000);
  });

  it('fails the step', async () => {
    await expect(ask({ deadlineMinutes: 5 }, EXPIRED)).rejects.toMatchObject({ data: { code: 'wait_expired' } });
  });

  it('takes a port of its own', async () => {
    const { result } = await ask({ deadlineMinutes: 5, onDeadline: 'branch' }, EXPIRED);
    expect(result).toMatchObject({
      ports: ['expired'],
      output: { expired: true, at: WHEN },
      reason: 'Nobody answered within 5 min.',
    });
  });

  it.each([
    [{ kind: 'approval', answer: 'true' }, ['approved'], { approved: true }],
    [{ kind: 'approval', answer: '{{ previous = "x" }}' }, ['rejected'], { approved: false }],
    [{ kind: 'choice', choices, answer: ' drop ' }, ['drop'], { choice: 'drop', label: 'drop' }],
    [
      { kind: 'form', fields, answer: '{{ { "reason": previous } }}' },
      ['out'],
      { values: { reason: 'Draft', rating: null, tone: null } },
    ],
    [
      { kind: 'form', fields, answer: '{ "reason": "none" }' },
      ['out'],
      { values: { reason: 'none', rating: null, tone: null } },
    ],
  ])('goes on with %j', async (config, ports, output) => {
    const { result } = await ask({ ...config, deadlineMinutes: 5, onDeadline: 'continue' }, EXPIRED);
    expect(result).toMatchObject({ ports, output: { ...output, by: null, at: WHEN, expired: true } });
  });

  it.each([
    [{ kind: 'choice', choices, answer: 'keep' }],
    [{ kind: 'choice', choices, answer: '{{ 5 }}' }],
    [{ kind: 'form', fields, answer: 'no JSON' }],
    [{ kind: 'form', fields, answer: '{{ [1] }}' }],
  ])('says when the given answer cannot be used: %j', async (config) => {
    await expect(ask({ ...config, deadlineMinutes: 5, onDeadline: 'continue' }, EXPIRED)).rejects.toMatchObject({
      data: {
        code: 'output_invalid',
        message: expect.stringContaining('for the deadline'),
        hint: expect.stringContaining('Correct'),
      },
    });
  });
});

it('waits where the host waits', async () => {
  const suspended = new Suspended({ kind: 'human' });
  const human = { ask: () => Promise.reject(suspended) };
  await expect(runNode('human', { host: { human } })).rejects.toBe(suspended);
});

it('asks in words that fit, whatever comes in', async () => {
  const config = { title: '{{ previous }}', message: '{{ previous }}' };
  const long = await ask(config, answered({ approved: true }), `${'y'.repeat(400)}\n${'x'.repeat(120_000)}`);
  expect([long.request.title.length, long.request.message.length]).toEqual([300, 100_000]);
  expect((await ask(config, answered({ approved: true }), '')).request.title).toBe('Please decide');
  const emoji = await ask(config, answered({ approved: true }), `${'y'.repeat(299)}😀`);
  expect(emoji.request.title.isWellFormed()).toBe(true);
});

it('has ports by what it asks for', () => {
  const ports = (config: object) => outputPortsOf('human', config).map(({ id }) => id);
  expect(ports({})).toEqual(['approved', 'rejected']);
  expect(ports({ kind: 'choice', choices })).toEqual(['send', 'drop']);
  expect(ports({ kind: 'form', deadlineMinutes: 1, onDeadline: 'branch' })).toEqual(['out', 'expired']);
  expect(ports({ onDeadline: 'branch' })).toEqual(['approved', 'rejected']);
});

it('refuses names that are taken, twice the same, and choices without any', () => {
  const accepts = (config: object) => humanConfig.safeParse(config).success;
  expect(accepts({ choices: [{ id: 'expired' }] })).toBe(false);
  expect(accepts({ choices: [{ id: 'a' }, { id: 'a' }] })).toBe(false);
  expect(accepts({ fields: [{ name: 'a' }, { name: 'a' }] })).toBe(false);
  expect(accepts({ fields: [{ name: 'a', type: 'choice' }] })).toBe(false);
  expect(accepts({ kind: 'choice' })).toBe(false);
  expect(accepts({ fields, choices })).toBe(true);
});
