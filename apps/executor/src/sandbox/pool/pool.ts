import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { SANDBOX_IDLE_MS, SANDBOX_MAX_AGE_MS, SANDBOX_MAX_USES, SANDBOX_START_TIMEOUT_MS } from '../../tunables.ts';
import type { SandboxBackend, SandboxLease, SandboxProvider, SandboxRequest } from '../sandbox.ts';
import { type ReadySandbox, startFailed } from './boot-ready.ts';
import { createBoots } from './boots.ts';
import { createHostLoad } from './host-load.ts';
import { createPoolDemand } from './pool-demand.ts';
import { type PoolEntry, type PoolLimits, planPool, poolLimits } from './pool-policy.ts';
import { waitIdle } from './wait-idle.ts';

export type PoolCounts = Record<'booting' | 'fresh' | 'kept' | 'busy', number>;

/** What the pool tells of itself, for the metrics. */
export type PoolObserver = {
  /** From asking the backend until the engine was ready and its processor limited. */
  booted(seconds: number): void;
  bootFailed(): void;
  acquired(how: 'warm' | 'cold', seconds: number): void;
  counts(counts: PoolCounts): void;
};

export type PoolOptions = {
  backend: SandboxBackend;
  /** `execution`: every sandbox serves one execution only. `workspace`: also further ones of its workspace. */
  isolation: 'execution' | 'workspace';
  /** Executions that may run at the same time. */
  concurrency: number;
  defaultMemoryMb: number;
  logger: Logger;
  observer?: PoolObserver;
  limits?: Partial<PoolLimits & { maxUses: number }>;
};

type Entry = ReadySandbox & PoolEntry & { uses: number; settling?: Promise<void> };

type Waiter = SandboxRequest & {
  since: number;
  give: (entry: Entry) => void;
  refuse: (error: unknown) => void;
};

/** How often is looked whether something is too old … */
const CHECK_MS = 1_000;
/** … or, while somebody waits, whether it takes too long. */
const CHECK_WAITING_MS = 50;
/** What was taken is replaced a moment later: the execution that took it comes first. */
const REFILL_MS = 100;
/** An engine says within a millisecond or two that it is idle; for so long is that waited for before another is used. */
const SETTLING_MS = 20;

/**
 * Sandboxes that are started before they are needed. Each is leased to one execution at a time, serves one workspace in
 * its life, and goes for good once user code ran in it; what to start and what to remove is planned by `planPool`.
 */
export const createPool = (options: PoolOptions): SandboxProvider => {
  const { backend, isolation, concurrency, defaultMemoryMb, logger, observer } = options;
  const now = () => performance.now();
  const limits = {
    ...poolLimits({ concurrency, ...(backend.host ? { host: backend.host } : {}) }),
    defaultMemoryMb,
    idleMs: SANDBOX_IDLE_MS,
    maxAgeMs: SANDBOX_MAX_AGE_MS,
    maxUses: SANDBOX_MAX_USES,
    ...options.limits,
  };
  const startTimeoutMs = backend.bootTimeoutMs ?? SANDBOX_START_TIMEOUT_MS;
  const demand = createPoolDemand(now);
  const hostLoad = createHostLoad(backend.host);
  const entries = new Map<string, Entry>();
  const removing = new Set<Promise<void>>();
  let waiting: Waiter[] = [];
  let queueDepth = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Number.POSITIVE_INFINITY;

  const countOf = (state: PoolEntry['state']): number =>
    [...entries.values()].filter((entry) => entry.state === state).length;

  const remove = (entry: Entry): Promise<void> => {
    entries.delete(entry.id);
    const done = entry.sandbox
      .kill()
      .catch((error: unknown) => logger.error({ err: error, sandbox: entry.id }, 'a sandbox could not be removed'))
      .finally(() => removing.delete(done));
    removing.add(done);
    return done;
  };

  const boots = createBoots({
    backend,
    now,
    logger,
    onReady: ({ sandbox, channel }, memoryMb, tookMs) => {
      demand.booted(tookMs);
      observer?.booted(tookMs / 1_000);
      const since = now();
      const entry: Entry = {
        id: sandbox.id,
        sandbox,
        channel,
        memoryMb,
        state: 'fresh',
        bornAt: since,
        since,
        uses: 0,
      };
      if (closed) return void remove(entry);
      entries.set(entry.id, entry);
      void sandbox.exited.then((exit) => {
        // One that is busy is missed by whoever uses it.
        if (entries.get(entry.id) !== entry || entry.state === 'busy') return;
        logger.warn({ sandbox: entry.id, exit }, 'an idle sandbox has ended');
        void remove(entry);
        planIn(REFILL_MS);
      });
    },
    // Whoever has waited longest is told; the next start, if it is to be one, is for those who go on waiting.
    onFailed: (error, memoryMb) => {
      observer?.bootFailed();
      waiting.find((waiter) => waiter.memoryMb === memoryMb)?.refuse(error);
    },
    onSettled: () => plan(),
  });

  const isUsable = (entry: Entry): boolean => {
    // Whoever speaks without being asked is not to be trusted with an execution.
    if (!entry.channel.hasUnread()) return true;
    logger.warn({ sandbox: entry.id }, 'an idle sandbox sent something and is removed');
    void remove(entry);
    return false;
  };

  const findFor = ({ workspaceId, memoryMb }: SandboxRequest): Entry | undefined => {
    const idle = [...entries.values()].filter((entry) => entry.state !== 'busy' && entry.memoryMb === memoryMb);
    const own = idle.filter((entry) => entry.state === 'kept' && entry.workspaceId === workspaceId);
    // The one used last: so the others are idle long enough to go.
    const best = own.toSorted((a, b) => b.since - a.since);
    return [...best, ...idle.filter(({ state }) => state === 'fresh')].find(isUsable);
  };

  const take = (entry: Entry, { workspaceId }: SandboxRequest): Entry => {
    demand.handedOut(entry.memoryMb, entry.state === 'fresh');
    entry.state = 'busy';
    entry.workspaceId = workspaceId;
    entry.since = now();
    entry.uses += 1;
    entry.channel.resetBytes();
    return entry;
  };

  /** The workspace's own, which is just ending an execution, spares the start of another one. */
  const settlingFor = async ({ workspaceId, memoryMb }: SandboxRequest): Promise<void> => {
    const mine = [...entries.values()].filter(
      (entry) => entry.workspaceId === workspaceId && entry.memoryMb === memoryMb,
    );
    if (mine.some(({ state }) => state === 'kept')) return;
    const settling = mine.find((entry) => entry.settling !== undefined && !entry.channel.ranUserCode())?.settling;
    if (settling) await Promise.race([settling, delay(SETTLING_MS)]);
  };

  const serve = (): void => {
    for (const waiter of waiting) {
      const entry = findFor(waiter);
      if (entry) waiter.give(take(entry, waiter));
    }
  };

  const plan = (): void => {
    if (closed) return;
    serve();
    const { boot, remove: surplus } = planPool(
      {
        now: now(),
        entries: [...entries.values()].map((entry) => ({ ...entry, spent: entry.channel.ranUserCode() })),
        booting: boots.sizes(),
        waiting,
        queueDepth,
        freePlaces: Math.max(0, concurrency - waiting.length - countOf('busy')),
        ...hostLoad(),
        ...demand.figures(),
        ...(isolation === 'execution' ? { keptShare: 0, freshShare: 1 } : {}),
      },
      limits,
    );
    for (const id of surplus) {
      const entry = entries.get(id);
      if (entry) void remove(entry);
    }
    for (const memoryMb of boot) boots.start(memoryMb);
    tell();
    dueAt = Number.POSITIVE_INFINITY;
    planIn(waiting.length > 0 ? CHECK_WAITING_MS : CHECK_MS);
  };

  /** Plans after this time, or earlier when that was wanted before. */
  const planIn = (ms: number): void => {
    if (closed || now() + ms >= dueAt) return;
    dueAt = now() + ms;
    clearTimeout(timer);
    timer = setTimeout(plan, ms);
    timer.unref();
  };

  const tell = (): void =>
    observer?.counts({
      booting: boots.sizes().length,
      fresh: countOf('fresh'),
      kept: countOf('kept'),
      busy: countOf('busy'),
    });

  /** After an execution: kept for its workspace, or removed. */
  const giveBack = async (entry: Entry): Promise<void> => {
    const usedMs = now() - entry.since;
    const kept = isolation === 'workspace' && entry.uses < limits.maxUses && (await waitIdle(entry));
    demand.returned(usedMs, kept);
    // It may have been killed meanwhile.
    if (!entries.has(entry.id)) return;
    delete entry.settling;
    if (kept) {
      entry.state = 'kept';
      entry.since = now();
    } else void remove(entry);
    tell();
    if (waiting.length > 0) plan();
    else planIn(REFILL_MS);
  };

  const leaseOf = (entry: Entry, warm: boolean): SandboxLease => {
    let released = false;
    return {
      sandbox: entry.sandbox,
      channel: entry.channel,
      warm,
      release: () => {
        if (released) return;
        released = true;
        entry.settling = giveBack(entry);
      },
      kill: async () => {
        const first = !released;
        released = true;
        if (first) demand.returned(now() - entry.since, false);
        await remove(entry);
        planIn(0);
      },
    };
  };

  const waitFor = async (request: SandboxRequest, signal: AbortSignal): Promise<Entry> => {
    const { promise, resolve, reject } = Promise.withResolvers<Entry>();
    const leave = () => {
      waiting = waiting.filter((other) => other !== waiter);
    };
    const refuse = (error: unknown) => {
      leave();
      reject(error);
    };
    const give = (entry: Entry) => {
      leave();
      resolve(entry);
    };
    const waiter: Waiter = { ...request, since: now(), give, refuse };
    const onAbort = () => refuse(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    const limit = setTimeout(() => {
      const failure = boots.failureOf(request.memoryMb);
      refuse(failure ?? startFailed(`No sandbox was ready within ${startTimeoutMs / 1_000} s.`));
    }, startTimeoutMs);
    waiting.push(waiter);
    request.onWait?.();
    plan();
    try {
      return await promise;
    } finally {
      clearTimeout(limit);
      signal.removeEventListener('abort', onAbort);
    }
  };

  plan();
  return {
    kind: backend.kind,
    description: backend.description,
    acquire: async (request, signal) => {
      demand.asked(request.memoryMb);
      const startedAt = now();
      if (isolation === 'workspace') await settlingFor(request);
      signal.throwIfAborted();
      if (closed) throw startFailed('The executor stops.');
      const ready = findFor(request);
      if (ready) {
        take(ready, request);
        tell();
        planIn(REFILL_MS);
      }
      const entry = ready ?? (await waitFor(request, signal));
      observer?.acquired(ready ? 'warm' : 'cold', (now() - startedAt) / 1_000);
      return leaseOf(entry, ready !== undefined);
    },
    expect: (depth) => {
      if (depth > queueDepth) planIn(REFILL_MS);
      queueDepth = depth;
    },
    reap: backend.reap,
    check: async () => {
      // Knows best why nothing starts.
      await backend.check();
      const failure = boots.failureOf(defaultMemoryMb);
      if (failure !== undefined && countOf('fresh') === 0) throw failure;
    },
    close: async () => {
      closed = true;
      clearTimeout(timer);
      for (const { refuse } of [...waiting]) refuse(startFailed('The executor stops.'));
      for (const entry of [...entries.values()]) void remove(entry);
      await boots.close();
      await Promise.allSettled(removing);
      tell();
      await backend.close();
    },
  };
};
