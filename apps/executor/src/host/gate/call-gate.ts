import { isExecutionError } from '@agentweaver/core/errors/to-execution-error';
import type { CallCounter } from '@agentweaver/db/call-counter';
import { BATCH_CALL_AGE_MS, CALL_PAUSE_AFTER_MS, LONG_CALL_WAIT_MS, MAX_CALL_WAIT_MS } from '../../tunables.ts';
import {
  type BlockedCall,
  type CallBlock,
  type CallSource,
  describeBlock,
  sourcePaused,
  turnTookTooLong,
  type WorkspaceLimits,
} from './call-limits.ts';
import { type Caller, createCallQueue, type Waiting } from './call-queue.ts';
import { createCallRates, type RateLimit } from './call-rates.ts';
import { createSourcePauses } from './source-pauses.ts';

/** `local`: the executor's own work for a step, such as its files; no limit of the workspace holds for it. */
export type CallKind = 'model' | 'http' | 'database' | 'websocket' | 'mcp' | 'local';

/** Told about a call that has to wait. */
export type WaitListener = {
  /** It begins to wait, and goes on. */
  onWaiting: (waiting: boolean) => void;
  /** Once, when it has waited for long: for what. */
  onLongWait: (why: string) => void;
};

export type TurnRequest = {
  kind: CallKind;
  /** Aborted, the call gives its place in the queue up and rejects with the signal's reason. */
  signal: AbortSignal;
  source?: CallSource | undefined;
  /** The longest pause of the source that is worth waiting for; without it any is. Ms. */
  patienceMs?: number | undefined;
  listener?: WaitListener | undefined;
};

/** The turns of one execution's calls. */
export type CallTurns = {
  /**
   * Does the work when it is the call's turn. Rejects with what the work does, with `rate_limited` or
   * `model_rate_limited` where it had no turn in time, or with the signal's reason; then the work was not begun.
   */
  run<T>(request: TurnRequest, work: () => Promise<T>): Promise<T>;
};

export type Tenant = {
  workspaceId: string;
  limits: WorkspaceLimits;
  /** Of the execution. */
  priority: 'interactive' | 'batch';
};

/** The one gate of an executor through which every call to the outside passes. */
export type CallGate = {
  of(tenant: Tenant): CallTurns;
  close(): void;
};

export type CallGateMetrics = {
  /** Changes by 1 or -1. */
  waiting(kind: CallKind, change: number): void;
  underWay(kind: CallKind, change: number): void;
  waited(kind: CallKind, seconds: number): void;
  blocked(limit: CallBlock): void;
  refused(limit: CallBlock): void;
};

export type CallGateOptions = {
  counter: Pick<CallCounter, 'take'>;
  /** Calls to the outside at once. */
  maxUnderWay: number;
  /** The executor's own calls at once: what its database pool can take. */
  maxLocal: number;
  metrics: CallGateMetrics;
  onError: (error: unknown) => void;
  maxWaitMs?: number;
  longWaitMs?: number;
  ageMs?: number;
};

type GatedCaller = Caller & {
  kind: CallKind;
  limits: WorkspaceLimits;
  source: CallSource | undefined;
  rates: readonly RateLimit[];
  patienceMs: number;
  start: () => void;
  fail: (error: unknown) => void;
};

export const createCallGate = ({
  counter,
  maxUnderWay,
  maxLocal,
  metrics,
  onError,
  maxWaitMs = MAX_CALL_WAIT_MS,
  longWaitMs = LONG_CALL_WAIT_MS,
  ageMs = BATCH_CALL_AGE_MS,
}: CallGateOptions): CallGate => {
  const pump = (): void => {
    for (const queue of [outside, local]) {
      for (let next = queue.next(now()); next; next = queue.next(now())) {
        rates.take(next.caller.rates);
        next.caller.start();
      }
    }
  };
  const now = () => performance.now();
  const rates = createCallRates({ counter, onMore: () => pump(), onError });
  const pauses = createSourcePauses({ onOver: () => pump() });
  const holdOf = ({ source, rates: limits }: GatedCaller): CallBlock | undefined => {
    if (source) {
      const width = pauses.width(source.id) ?? Number.POSITIVE_INFINITY;
      if (pauses.left(source.id) > 0 || outside.underWayOf(source.id) >= width) return 'source_pause';
    }
    const missing = rates.missing(limits);
    if (!missing) return undefined;
    return missing.id === limits[0]?.id ? 'workspace_rate' : 'source_rate';
  };
  const outside = createCallQueue<GatedCaller>({
    maxUnderWay,
    ageMs,
    isHeld: (caller) => holdOf(caller) !== undefined,
  });
  const local = createCallQueue<GatedCaller>({ maxUnderWay: maxLocal, ageMs });
  const waitingForSource = new Set<GatedCaller>();
  const queueOf = ({ kind }: GatedCaller) => (kind === 'local' ? local : outside);

  const blockOf = (caller: GatedCaller): BlockedCall => {
    const block = queueOf(caller).blockOf(caller);
    const { limits, source, kind } = caller;
    return {
      block: block === 'order' ? (holdOf(caller) ?? 'order') : block,
      limits,
      source,
      maxUnderWay: kind === 'local' ? maxLocal : maxUnderWay,
    };
  };

  const failImpatient = (source: CallSource): void => {
    const left = pauses.left(source.id);
    for (const caller of [...waitingForSource]) {
      if (caller.source?.id === source.id && caller.patienceMs < left) caller.fail(sourcePaused(source, left));
    }
  };

  /** Resolves when it is the caller's turn, which `queue.end` gives back. */
  const wait = async (caller: GatedCaller, waiting: Waiting<GatedCaller>, request: TurnRequest): Promise<void> => {
    const { kind, source } = caller;
    const { signal, listener } = request;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let told = false;
    const timers = [
      setTimeout(() => {
        told = true;
        listener?.onWaiting(true);
      }, CALL_PAUSE_AFTER_MS),
      setTimeout(() => listener?.onLongWait(describeBlock(blockOf(caller))), longWaitMs),
      setTimeout(() => {
        const blocked = blockOf(caller);
        metrics.refused(blocked.block);
        caller.fail(turnTookTooLong(blocked, maxWaitMs));
      }, maxWaitMs),
    ];
    const giveUp = () => caller.fail(signal.reason);
    caller.start = resolve;
    caller.fail = (error) => {
      // Its turn may have come in this very moment: then it is under way, and the work sees the signal.
      if (queueOf(caller).remove(waiting)) reject(error);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    if (source) waitingForSource.add(caller);
    metrics.waiting(kind, 1);
    metrics.blocked(blockOf(caller).block);
    try {
      if (source && caller.patienceMs < pauses.left(source.id)) {
        caller.fail(sourcePaused(source, pauses.left(source.id)));
      }
      await promise;
    } finally {
      for (const timer of timers) clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
      waitingForSource.delete(caller);
      metrics.waiting(kind, -1);
      if (told) listener?.onWaiting(false);
    }
  };

  const run = async <T>(tenant: Tenant, request: TurnRequest, work: () => Promise<T>): Promise<T> => {
    const { kind, signal, source } = request;
    signal.throwIfAborted();
    let started = false;
    const caller = callerOf(tenant, request, () => {
      started = true;
    });
    const queue = queueOf(caller);
    const waiting = queue.add(caller, now());
    pump();
    if (!started) await wait(caller, waiting, request);
    metrics.waited(kind, (now() - waiting.since) / 1_000);
    metrics.underWay(kind, 1);
    try {
      signal.throwIfAborted();
      const value = await work();
      if (source) pauses.succeeded(source.id);
      return value;
    } catch (error) {
      const pauseMs = source ? askedPause(error) : undefined;
      if (source && pauseMs !== undefined) {
        pauses.pause(source.id, pauseMs);
        failImpatient(source);
      }
      throw error;
    } finally {
      metrics.underWay(kind, -1);
      queue.end(caller);
      pump();
    }
  };

  return {
    of: (tenant) => ({ run: (request, work) => run(tenant, request, work) }),
    close: () => {
      rates.close();
      pauses.close();
    },
  };
};

const callerOf = (
  { workspaceId, limits, priority }: Tenant,
  { kind, source, patienceMs = Number.POSITIVE_INFINITY }: TurnRequest,
  start: () => void,
): GatedCaller => {
  const common = { kind, workspaceId, priority, limits, patienceMs, start, fail: () => undefined };
  if (kind === 'local') return { ...common, workspaceCalls: Number.POSITIVE_INFINITY, source: undefined, rates: [] };
  const rates = [{ id: `workspace:${workspaceId}`, calls: limits.maxHostCallsPerMinute }];
  if (source?.callsPerMinute !== undefined) rates.push({ id: `source:${source.id}`, calls: source.callsPerMinute });
  return { ...common, workspaceCalls: limits.maxHostCalls, source, rates };
};

/** What a provider asks for whose rate limit was reached. Where it does not say how long, the call's own retry does. */
const askedPause = (error: unknown): number | undefined =>
  isExecutionError(error) && error.data.code === 'model_rate_limited' && error.retryAfterMs
    ? error.retryAfterMs
    : undefined;
