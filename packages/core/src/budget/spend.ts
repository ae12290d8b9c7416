import { isExecutionError } from '../errors/to-execution-error.ts';
import type { ModelRequest, ModelResponse } from '../models/model-call.ts';
import type { Amount } from './amount.ts';
import { budgetExceeded, describeAmount } from './budget-error.ts';
import { type BudgetScope, decide, type ReachedLimit } from './decide.ts';

/** A call is not worth starting with less time than this; requests allow no less either. */
const LEAST_TIMEOUT_MS = 100;

export type SpendOptions = {
  /** The narrowest first. */
  scopes: readonly BudgetScope[];
  /** The most that a request can use, its fallback models included. */
  estimate: (request: ModelRequest) => Amount;
  signal: AbortSignal;
  /** Raises the limit and returns, or throws (`Suspended`, or that a person said no). */
  ask: (reached: ReachedLimit, request: ModelRequest) => Promise<void>;
  /** Makes the call; gets the request as the budget allows it: another model, less time. */
  make: (request: ModelRequest) => Promise<ModelResponse>;
  /** Of a call that failed: whether a model was asked at all, and the ms that it only waited to be allowed to. */
  progress?: () => { asked: boolean; waitedMs: number };
};

export type Spend = (request: ModelRequest, options: SpendOptions) => Promise<ModelResponse>;

/**
 * Makes calls within their budgets: what a call can use at most is set aside before, what it did use is counted after. A
 * call that does not fit only because of others that run now waits for one of these to end.
 */
export const createSpender = ({ now = () => performance.now() }: { now?: () => number } = {}): Spend => {
  const waiting = new Set<() => void>();
  const wakeAll = () => {
    for (const wake of [...waiting]) wake();
  };
  return async (asked, { scopes, estimate, signal, ask, make, progress }) => {
    const downgrades: { to: string; reason: string }[] = [];
    let wanted = asked;
    for (;;) {
      signal.throwIfAborted();
      const request = withTimeLeft(wanted, scopes);
      const most = estimate(request);
      const decision = decide(
        scopes,
        most,
        downgrades.map(({ to }) => to),
      );
      if (decision.action === 'fail') throw budgetExceeded(decision);
      if (decision.action === 'ask') await ask(decision, request);
      else if (decision.action === 'wait') await nextTurn(waiting, signal);
      else if (decision.action === 'downgrade') {
        downgrades.push({ to: decision.to, reason: downgradeReason(decision, wanted.model) });
        wanted = { ...wanted, model: decision.to, fallbackModels: [] };
      } else {
        const reservations = scopes.map(({ budget }) => budget.reserve(most));
        const started = now();
        const settle = (actual: Amount) => {
          for (const reservation of reservations) reservation.settle(actual);
          wakeAll();
        };
        try {
          const response = await make(request);
          settle(amountOf(response));
          return { ...response, reason: [response.reason, ...downgrades.map(({ reason }) => reason)].join(' ') };
        } catch (error) {
          const { asked: wasAsked, waitedMs } = progress?.() ?? { asked: true, waitedMs: 0 };
          const seconds = (now() - started - waitedMs) / 1_000;
          settle(wasAsked ? { ...amountOfFailure(error, most, signal), seconds } : NOTHING);
          throw error;
        }
      }
    }
  };
};

const NOTHING: Amount = { usd: 0, tokens: 0, modelCalls: 0, seconds: 0 };

/**
 * What a call used that failed. For one that a provider refused it does not charge; one that was given up while it
 * was being answered may be charged in full, so it counts as the most that it can use.
 */
const amountOfFailure = (error: unknown, most: Amount, signal: AbortSignal): Amount =>
  signal.aborted || (isExecutionError(error) && error.data.code === 'node_timeout')
    ? { ...most, modelCalls: 1 }
    : { usd: 0, tokens: 0, modelCalls: 1, seconds: 0 };

/** What an answer used. One from the cache used nothing. */
export const amountOf = ({ usage, costUsd, durationMs, cached }: ModelResponse): Amount => ({
  usd: costUsd,
  tokens: usage.inputTokens + usage.outputTokens,
  modelCalls: cached ? 0 : 1,
  seconds: cached ? 0 : durationMs / 1_000,
});

/** A call may take no longer than the seconds that are left, so that its time limit does not count as need. */
const withTimeLeft = (request: ModelRequest, scopes: readonly BudgetScope[]): ModelRequest => {
  const left = Math.min(
    ...scopes.map(({ budget }) => (budget.limits().seconds ?? Number.POSITIVE_INFINITY) - budget.used().seconds),
  );
  // Each model that may be asked has the time limit for itself.
  const timeoutMs = Math.floor((left * 1_000) / (1 + request.fallbackModels.length));
  return timeoutMs >= LEAST_TIMEOUT_MS && timeoutMs < request.timeoutMs ? { ...request, timeoutMs } : request;
};

const downgradeReason = ({ excess, scope }: ReachedLimit, from: string): string =>
  `Taken instead of ${from}, because the budget of the ${scope.kind === 'node' ? 'step' : 'execution'} (${describeAmount(excess.kind, excess.limit)}) does not allow that one.`;

const nextTurn = async (waiting: Set<() => void>, signal: AbortSignal): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const wake = () => resolve();
  waiting.add(wake);
  signal.addEventListener('abort', wake, { once: true });
  await promise;
  waiting.delete(wake);
  signal.removeEventListener('abort', wake);
};
