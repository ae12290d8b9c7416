import { isExecutionError } from '../errors/to-execution-error.ts';
import {
  admit,
  CIRCUIT_DEFAULTS,
  type Circuit,
  type CircuitSettings,
  CLOSED,
  fail,
  release,
  succeed,
} from './circuit.ts';
import { ModelError } from './model-errors.ts';

export type CircuitBreakers = {
  /** Makes the call unless the circuit of `key` is open; `name` is how people know it. */
  run<T>(target: { key: string; name: string; timeoutMs: number }, work: () => Promise<T>): Promise<T>;
};

/** A time limit that is shorter than this says more about the limit than about the provider. */
const LEAST_TELLING_TIMEOUT_MS = 10_000;

/** One circuit for each provider and key, so that one that is down is not asked, and waited for, again and again. */
export const createCircuitBreakers = ({
  now = () => performance.now(),
  settings = CIRCUIT_DEFAULTS,
}: {
  now?: () => number;
  settings?: CircuitSettings;
} = {}): CircuitBreakers => {
  // Only those with failures are kept.
  const circuits = new Map<string, Circuit>();
  const keep = (key: string, circuit: Circuit) => {
    if (circuit.failures === 0) circuits.delete(key);
    else circuits.set(key, circuit);
  };
  return {
    run: async ({ key, name, timeoutMs }, work) => {
      const { circuit, isAdmitted, retryAfterMs } = admit(circuits.get(key) ?? CLOSED, now(), settings);
      if (!isAdmitted) throw paused(name, circuit.failures, retryAfterMs);
      keep(key, circuit);
      try {
        const value = await work();
        keep(key, succeed());
        return value;
      } catch (error) {
        const current = circuits.get(key) ?? CLOSED;
        const verdict = verdictOf(error, timeoutMs);
        if (verdict === 'alive') keep(key, succeed());
        else keep(key, verdict === 'sick' ? fail(current, now(), settings) : release(current));
        throw error;
      }
    },
  };
};

/** What a failure says about the provider: a refusal is an answer; being cancelled says nothing. */
const verdictOf = (error: unknown, timeoutMs: number): 'alive' | 'sick' | 'unknown' => {
  if (!isExecutionError(error)) return 'unknown';
  switch (error.data.code) {
    case 'model_overloaded':
    case 'model_malformed':
      return 'sick';
    case 'model_unavailable':
      return 'isLasting' in error && error.isLasting === true ? 'alive' : 'sick';
    case 'node_timeout':
      return timeoutMs >= LEAST_TELLING_TIMEOUT_MS ? 'sick' : 'unknown';
    case 'model_rate_limited':
    case 'model_refused':
    case 'model_invalid_key':
    case 'model_context_too_long':
      return 'alive';
    default:
      return 'unknown';
  }
};

/** Not worth a retry within the call: another model is asked at once, or the step waits as long as it says. */
const paused = (name: string, failures: number, retryAfterMs: number): ModelError =>
  new ModelError(
    {
      code: 'model_unavailable',
      message: `${name} failed ${failures} times in a row and is not asked for ${Math.ceil(retryAfterMs / 1_000)} s.`,
      hint: 'Wait, or name fallback models of another provider in the agent.',
    },
    { isLasting: true, retryAfterMs },
  );
