import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExecutionError } from '../engine/execution-errors.ts';
import { admit, type Circuit, CLOSED, circuitState, fail, release, succeed } from './circuit.ts';
import { createCircuitBreakers } from './circuit-breakers.ts';
import { ModelError, type ModelErrorCode } from './model-errors.ts';

const failure = (code: ModelErrorCode, more: { isLasting?: boolean } = {}) =>
  new ModelError({ code, message: `It was ${code}.` }, more);

describe('a circuit', () => {
  const settings = { threshold: 3, cooldownMs: 100 };
  const failTimes = (times: number, at: number, from: Circuit = CLOSED) =>
    Array.from({ length: times }).reduce<Circuit>((circuit) => fail(circuit, at, settings), from);

  it('opens after so many failures in a row, and lets one call through when it has cooled down', () => {
    expect(circuitState(failTimes(2, 0), 0, settings)).toBe('closed');
    const open = failTimes(3, 0);
    expect([circuitState(open, 99, settings), circuitState(open, 100, settings)]).toEqual(['open', 'half_open']);
    expect(admit(open, 50, settings)).toMatchObject({ isAdmitted: false, retryAfterMs: 1_000 });
    expect(admit(open, 50, { ...settings, cooldownMs: 5_000 })).toMatchObject({
      isAdmitted: false,
      retryAfterMs: 4_950,
    });
    const probe = admit(open, 100, settings);
    expect(probe.isAdmitted).toBe(true);
    expect(admit(probe.circuit, 100, settings).isAdmitted).toBe(false);
    expect(admit(release(probe.circuit), 100, settings).isAdmitted).toBe(true);
    expect(circuitState(fail(probe.circuit, 100, settings), 199, settings)).toBe('open');
    expect(succeed()).toEqual(CLOSED);
  });

  it('is not held open longer by calls that began before', () => {
    const open = fail(failTimes(3, 0), 90, settings);
    expect(open).toMatchObject({ failures: 4, openedAt: 0 });
  });

  it('admits everything while closed, nothing while open, one at a time in between', () => {
    const events = fc.array(fc.record({ kind: fc.constantFrom('call', 'ok', 'fail', 'release'), wait: fc.nat(60) }), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(events, (list) => {
        let circuit = CLOSED;
        let now = 0;
        let probes = 0;
        for (const { kind, wait } of list) {
          now += wait;
          if (kind === 'call') {
            const state = circuitState(circuit, now, settings);
            const admitted = admit(circuit, now, settings);
            if (state === 'closed') expect(admitted.isAdmitted).toBe(true);
            if (state === 'open') expect(admitted.isAdmitted).toBe(false);
            if (state === 'half_open') expect(admitted.isAdmitted).toBe(probes === 0);
            if (state === 'half_open' && admitted.isAdmitted) probes = 1;
            circuit = admitted.circuit;
          } else {
            circuit = kind === 'ok' ? succeed() : kind === 'fail' ? fail(circuit, now, settings) : release(circuit);
            probes = 0;
          }
        }
      }),
    );
  });
});

describe('circuit breakers', () => {
  const setUp = () => {
    let now = 0;
    const breakers = createCircuitBreakers({ now: () => now, settings: { threshold: 2, cooldownMs: 5_000 } });
    const call = (error?: unknown, { key = 'k', timeoutMs = 30_000 } = {}) =>
      breakers.run({ key, name: 'Anthropic', timeoutMs }, async () => {
        if (error) throw error;
        return 'ok';
      });
    const failing = (error: unknown, more?: { key?: string; timeoutMs?: number }) =>
      expect(call(error, more)).rejects.toBe(error);
    return { call, failing, advance: (ms: number) => (now += ms) };
  };

  it('pause a provider that is down, say for how long, and try again after', async () => {
    const { call, failing, advance } = setUp();
    await failing(failure('model_overloaded'));
    await failing(failure('model_malformed'));
    await expect(call()).rejects.toMatchObject({
      data: { code: 'model_unavailable', message: 'Anthropic failed 2 times in a row and is not asked for 5 s.' },
      retryAfterMs: 5_000,
      isLasting: true,
    });
    expect(await call(undefined, { key: 'other key' })).toBe('ok');
    advance(5_000);
    await failing(failure('model_overloaded'));
    await expect(call()).rejects.toMatchObject({ data: { code: 'model_unavailable' } });
    advance(5_000);
    expect(await call()).toBe('ok');
    await failing(failure('model_overloaded'));
    expect(await call()).toBe('ok');
  });

  it.each([
    ['a refusal', failure('model_refused')],
    ['a rate limit', failure('model_rate_limited')],
    ['an unknown model', failure('model_unavailable', { isLasting: true })],
  ])('take %s for a sign of life', async (_, alive) => {
    const { call, failing } = setUp();
    for (let i = 0; i < 3; i += 1) {
      await failing(failure('model_overloaded'));
      await failing(alive);
    }
    expect(await call()).toBe('ok');
  });

  it.each([
    ['a cancelled call', new Error('cancelled'), 30_000],
    ['a denied address', new ExecutionError({ code: 'egress_denied', message: 'no' }), 30_000],
    ['a short time limit', failure('node_timeout'), 9_999],
  ])('learn nothing from %s', async (_, error, timeoutMs) => {
    const { call, failing } = setUp();
    await failing(failure('model_overloaded'));
    for (let i = 0; i < 3; i += 1) await failing(error, { timeoutMs });
    expect(await call()).toBe('ok');
    await failing(failure('model_unavailable'));
    await failing(error, { timeoutMs });
    await failing(failure('node_timeout'), { timeoutMs: 10_000 });
    await expect(call()).rejects.toMatchObject({ data: { code: 'model_unavailable' } });
  });

  it('let the next one try when the trial was cancelled', async () => {
    const { call, failing, advance } = setUp();
    await failing(failure('model_overloaded'));
    await failing(failure('model_overloaded'));
    advance(5_000);
    await failing(new Error('cancelled'));
    expect(await call()).toBe('ok');
  });
});
