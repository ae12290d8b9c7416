import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import {
  SANDBOX_IDLE_MS,
  SANDBOX_MAX_AGE_MS,
  SANDBOX_MAX_USES,
  SANDBOX_SETTLE_MS,
  SANDBOX_START_TIMEOUT_MS,
} from '../../tunables.ts';
import type { SandboxBackend, SandboxLease, SandboxProvider, SandboxRequest } from '../sandbox.ts';
import { bootReady, type ReadySandbox, startFailed } from './boot-ready.ts';
import { readHostLoad } from './host-load.ts';
import { createPoolDemand } from './pool-demand.ts';
import { type PoolEntry, type PoolLimits, planPool, poolLimits } from './pool-policy.ts';

/** What the pool tells of itself, for the metrics. */
export type PoolObserver = {
  /** From asking the backend until the engine was ready and its processor limited. */
  booted(seconds: number): void;
  acquired(how: 'warm' | 'cold', seconds: number): void;
  counts(counts: Record<PoolState, number>): void;
};

export type PoolState = 'booting' | 'fresh' | 'kept' | 'busy';

export type PoolOptions = {
  backend: SandboxBackend;
  /** `execution`: every sandbox serves one execution only. `workspace`: also further ones of its workspace. */
  isolation: 'execution' | 'workspace';
  /** Executions that may run at the same time. */
  concurrency: number;
  defaultMemoryMb: number;
  logger: Logger;
  observer?: PoolObserver;
  limits?: Partial<PoolLimits>;
};

type Entry = ReadySandbox & PoolEntry & { uses: number };

type Waiter = SandboxRequest & {
  since: number;
  give: (entry: Entry) => void;
  refuse: (error: unknown) => void;
};

/** How often is looked whether something is too old, or somebody has waited for too long. */
const CHECK_MS = 1_000;
const CHECK_WAITING_MS = 50;
/** New ones are started a moment after the last was taken: the execution that took it comes first. */
const REFILL_DELAY_MS = 100;
const BACK_OFF_MS = 250;
const MAX_BACK_OFF_MS = 10_000;

/**
 * Sandboxes that are started before they are needed. Each is leased to one execution at a time, serves one workspace in
 * its life, and goes for good once user code ran in it; what to start and what to remove is planned by `planPool`.
 */
export const createPool = (options: PoolOptions): SandboxProvider => {
  const { backend, isolation, concurrency, defaultMemoryMb, logger, observer } = options;
  const now = () => performance.now();
  const limits: PoolLimits = {
    ...poolLimits({ concurrency, ...(backend.host ? { host: backend.host } : {}) }),
    defaultMemoryMb,
    idleMs: SANDBOX_IDLE_MS,
    maxAgeMs: SANDBOX_MAX_AGE_MS,
    ...options.limits,
  };
  const demand = createPoolDemand(now);
  const entries = new Map<string, Entry>();
  const booting = new Map<Promise<void>, number>();
  const removing = new Set<Promise<void>>();
  let waiting: Waiter[] = [];
  let queueDepth = 0;
  let failures = 0;
  let lastFailure: unknown;
  let blockedUntil = 0;
  let closed = false;
  let refill: NodeJS.Timeout | undefined;
  const closing = new AbortController();

  const remove = (entry: Entry): Promise<void> => {
    entries.delete(entry.id);
    const done = entry.sandbox.kill().catch((error: unknown) => {
      logger.error({ err: error, sandbox: entry.id }, 'a sandbox could not be removed');
    });
    removing.add(done);
    return done.finally(() => removing.delete(done));
  };

  const isUsable = (entry: Entry): boolean => {
    // Whoever speaks without being asked is not to be trusted with an execution.
    if (!entry.channel.hasUnread()) return true;
    logger.warn({ sandbox: entry.id }, 'an idle sandbox sent something, it is removed');
    void remove(entry);
    return false;
  };

  const findFor = ({ workspaceId, memoryMb }: SandboxRequest): Entry | undefined => {
    const idle = [...entries.values()].filter((entry) => entry.state !== 'busy' && entry.memoryMb === memoryMb);
    const own = idle.filter((entry) => entry.state === 'kept' && entry.workspaceId === workspaceId);
    // The one used last: so the others are idle long enough to go.
    const candidates = [...own.toSorted((a, b) => b.since - a.since), ...idle.filter(({ state }) => state === 'fresh')];
    return candidates.find(isUsable);
  };

  const hand = (entry: Entry, waiter: Waiter): void => {
    waiting = waiting.filter((other) => other !== waiter);
    demand.handedOut(entry.memoryMb, entry.state === 'fresh');
    entry.state = 'busy';
    entry.workspaceId = waiter.workspaceId;
    entry.since = now();
    entry.uses += 1;
    entry.channel.resetBytes();
    waiter.give(entry);
  };

  const serve = (): void => {
    for (const waiter of waiting) {
      const entry = findFor(waiter);
      if (entry) hand(entry, waiter);
    }
  };

  const plan = (): void => {
    if (closed) return;
    serve();
    const { boot, remove: surplus } = planPool(
      {
        now: now(),
        entries: [...entries.values()].map((entry) => ({ ...entry, spent: entry.channel.ranUserCode() })),
        booting: [...booting.values()],
        waiting,
        queueDepth,
        freePlaces: Math.max(0, concurrency - waiting.length - countOf('busy')),
        host: readHostLoad(backend.host),
        ...demand.figures(),
        ...(isolation === 'execution' ? { keptShare: 0 } : {}),
      },
      limits,
    );
    for (const id of surplus) {
      const entry = entries.get(id);
      if (entry) void remove(entry);
    }
    if (now() >= blockedUntil) for (const memoryMb of boot) startOne(memoryMb);
    tell();
    schedule();
  };

  const startOne = (memoryMb: number): void => {
    const startedAt = now();
    const start = async (): Promise<void> => {
      try {
        const ready = await bootReady(backend, memoryMb, closing.signal, backend.bootTimeoutMs);
        demand.booted(now() - startedAt);
        observer?.booted((now() - startedAt) / 1_000);
        failures = 0;
        lastFailure = undefined;
        add(ready, memoryMb);
      } catch (error) {
        failed(error, memoryMb);
      }
    };
    const started: Promise<void> = start().finally(() => {
      booting.delete(started);
      plan();
    });
    booting.set(started, memoryMb);
  };

  const add = ({ sandbox, channel }: ReadySandbox, memoryMb: number): void => {
    const entry: Entry = {
      id: sandbox.id,
      sandbox,
      channel,
      memoryMb,
      state: 'fresh',
      bornAt: now(),
      since: now(),
      uses: 0,
    };
    if (closed) return void remove(entry);
    entries.set(entry.id, entry);
    void sandbox.exited.then((exit) => {
      // One that is busy is missed by whoever uses it.
      if (entries.get(entry.id) !== entry || entry.state === 'busy') return;
      logger.warn({ sandbox: entry.id, exit }, 'an idle sandbox has ended');
      void remove(entry);
      plan();
    });
  };

  const failed = (error: unknown, memoryMb: number): void => {
    if (closed) return;
    failures += 1;
    lastFailure = error;
    const wait = Math.min(MAX_BACK_OFF_MS, BACK_OFF_MS * 2 ** (failures - 1));
    blockedUntil = now() + wait;
    logger.warn({ err: error, failures, waitMs: wait }, 'a sandbox did not start');
    const first = waiting.find((waiter) => waiter.memoryMb === memoryMb);
    if (!first) return;
    waiting = waiting.filter((waiter) => waiter !== first);
    first.refuse(error);
  };

  /** After an execution: the sandbox is kept when its engine says that nothing of it is left. */
  const settle = async (entry: Entry): Promise<void> => {
    const usedMs = now() - entry.since;
    const kept = isolation === 'workspace' && entry.uses < SANDBOX_MAX_USES && (await isIdle(entry));
    // It may have been killed meanwhile.
    if (!entries.has(entry.id)) return;
    demand.returned(usedMs, kept);
    if (kept) {
      entry.state = 'kept';
      entry.since = now();
    } else void remove(entry);
    plan();
  };

  const leaseOf = (entry: Entry, warm: boolean): SandboxLease => {
    let over = false;
    return {
      sandbox: entry.sandbox,
      channel: entry.channel,
      warm,
      release: () => {
        if (over) return;
        over = true;
        void settle(entry);
      },
      kill: async () => {
        over = true;
        await remove(entry);
        plan();
      },
    };
  };

  const countOf = (state: PoolEntry['state']): number =>
    [...entries.values()].filter((entry) => entry.state === state).length;

  const tell = (): void =>
    observer?.counts({ booting: booting.size, fresh: countOf('fresh'), kept: countOf('kept'), busy: countOf('busy') });

  const schedule = (): void => {
    clearTimeout(refill);
    const wait = waiting.length > 0 ? CHECK_WAITING_MS : CHECK_MS;
    refill = setTimeout(plan, wait);
    refill.unref();
  };

  const acquire = async (request: SandboxRequest, signal: AbortSignal): Promise<SandboxLease> => {
    signal.throwIfAborted();
    if (closed) throw startFailed('The executor stops.');
    const since = now();
    demand.asked(request.memoryMb);
    const { promise, resolve, reject } = Promise.withResolvers<Entry>();
    const waiter: Waiter = { ...request, since, give: resolve, refuse: reject };
    const entry = findFor(request);
    if (entry) {
      hand(entry, waiter);
      observer?.acquired('warm', 0);
      clearTimeout(refill);
      refill = setTimeout(plan, REFILL_DELAY_MS).unref();
      return leaseOf(entry, true);
    }
    waiting.push(waiter);
    plan();
    const giveUp = (error: unknown) => {
      waiting = waiting.filter((other) => other !== waiter);
      reject(error);
    };
    const onAbort = () => giveUp(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const timeoutMs = backend.bootTimeoutMs ?? SANDBOX_START_TIMEOUT_MS;
    const limit = setTimeout(
      () => giveUp(startFailed(`No sandbox was ready within ${timeoutMs / 1_000} s.`, lastFailure)),
      timeoutMs,
    );
    try {
      const given = await promise;
      observer?.acquired('cold', (now() - since) / 1_000);
      return leaseOf(given, false);
    } finally {
      clearTimeout(limit);
      signal.removeEventListener('abort', onAbort);
    }
  };

  plan();
  return {
    kind: backend.kind,
    description: backend.description,
    acquire,
    expect: (depth) => {
      queueDepth = depth;
    },
    reap: backend.reap,
    check: async () => {
      if (lastFailure) throw lastFailure;
      await backend.check();
    },
    close: async () => {
      closed = true;
      clearTimeout(refill);
      closing.abort();
      for (const { refuse } of waiting.splice(0)) refuse(startFailed('The executor stops.'));
      for (const entry of entries.values()) void remove(entry);
      await Promise.allSettled(booting.keys());
      await Promise.allSettled(removing);
      await backend.close();
      tell();
    },
  };
};

/** Whether its engine says in time that nothing of the execution is left, and no user code ran. */
const isIdle = async ({ channel, sandbox }: Entry): Promise<boolean> => {
  const enough = new AbortController();
  const late = delay(SANDBOX_SETTLE_MS, false, { signal: enough.signal }).catch(() => false);
  const readIdle = async (): Promise<boolean> => {
    for (let frame = await channel.read(); frame; frame = await channel.read()) {
      if (frame.type === 'idle') return !channel.ranUserCode() && !channel.hasUnread();
      // Answers and cancels of the execution that has ended may still be on their way.
      if (frame.type !== 'pong' && frame.type !== 'call_cancel') return false;
    }
    return false;
  };
  try {
    if (channel.ranUserCode()) return false;
    return await Promise.race([readIdle(), late, sandbox.exited.then(() => false)]);
  } catch {
    // It broke the protocol.
    return false;
  } finally {
    enough.abort();
  }
};
