/** A sandbox of the pool, as far as planning is concerned. Times on one clock, in ms. */
export type PoolEntry = {
  id: string;
  /** `fresh` was never used; `kept` is idle and its workspace's; `busy` works for an execution, or is just ending that. */
  state: 'fresh' | 'kept' | 'busy';
  memoryMb: number;
  workspaceId?: string;
  bornAt: number;
  /** Since when it is in this state. */
  since: number;
  /** User code ran in it: it will not come back. */
  spent?: boolean;
};

export type PoolWaiter = { workspaceId: string; memoryMb: number; since: number };

export type SizeDemand = {
  /** When somebody asked for this size, for the last time. */
  askedAt: number;
  /** How many of them were taken new, a second. */
  freshPerSecond: number;
};

export type PoolSituation = {
  now: number;
  entries: readonly PoolEntry[];
  /** Memory sizes of what is being started. */
  booting: readonly number[];
  waiting: readonly PoolWaiter[];
  sizes: ReadonlyMap<number, SizeDemand>;
  /** Executions on the queue, and how many of them this executor has places for. */
  queueDepth: number;
  freePlaces: number;
  /** Usual times: from the start of a sandbox until it is ready, and of its use by one execution. */
  bootMs: number;
  leaseMs: number;
  /** Of the sandboxes that were used, the share that stays for its workspace: from 0 to 1. */
  keptShare: number;
  /** Of the sandboxes that were handed out, the share that was new: from 0 to 1. */
  freshShare: number;
  /** What the host has left; unknown for a host that is not this one. */
  host?: { freeBytes: number; totalBytes: number; load: number; cores: number };
};

export type PoolLimits = {
  /** New ones that stand ready when nothing happens. */
  base: number;
  /** All sandboxes together; at least as many as executions may run. */
  max: number;
  parallelBoots: number;
  defaultMemoryMb: number;
  idleMs: number;
  maxAgeMs: number;
};

/** What to do now: memory sizes to start, and ids of idle sandboxes to remove. */
export type PoolPlan = { boot: number[]; remove: string[] };

/** With less left the host is short of memory … */
const FREE_SHARE = 0.1;
/** … and what is idle goes after this time. */
const SHORT_IDLE_MS = 5_000;
/** Runnable processes for each core beyond which nothing is started ahead of need. */
const BUSY_LOAD = 4;
/** Starts ahead what is used up during this many starts. */
const AHEAD = 2;

/**
 * How the pool follows demand: enough is started for who waits, and ahead of need what is used up while one starts.
 * A waiter whose workspace gets a sandbox back sooner than one would start is not started one for. Idle ones go when
 * their time is over, and, the one least recently used first, when the room is needed.
 */
export const planPool = (situation: PoolSituation, limits: PoolLimits): PoolPlan => {
  const { entries, booting } = situation;
  const short = isShort(situation);
  const remove = new Set(expired(situation, limits, short.memory));
  const stays = entries.filter(({ id }) => !remove.has(id));
  const boot: number[] = [];

  const needs = neededSizes(situation);
  const started = [...booting];
  const places = () => limits.parallelBoots - booting.length - boot.length;
  const hasRoom = () => stays.length - removedOf(stays, remove) + booting.length + boot.length < limits.max;
  for (const memoryMb of needs) {
    // One that is starting already is for the first who waits for its size.
    if (takeOne(started, memoryMb)) continue;
    if (places() <= 0) break;
    if (!hasRoom()) {
      const victim = leastRecentlyUsed(stays, remove);
      if (!victim) break;
      remove.add(victim.id);
    }
    boot.push(memoryMb);
  }

  for (const [memoryMb, wanted] of spareTargets(situation, limits, short)) {
    const there = count(
      stays,
      (entry) => entry.state === 'fresh' && entry.memoryMb === memoryMb && !remove.has(entry.id),
    );
    const coming = count(started, (size) => size === memoryMb);
    for (let missing = wanted - there - coming; missing > 0 && places() > 0 && hasRoom(); missing -= 1) {
      boot.push(memoryMb);
    }
  }
  return { boot, remove: [...remove] };
};

/** How many sandboxes a host has room for, and how many may stand ready on it when nothing happens. */
export const poolLimits = ({
  concurrency,
  host,
}: {
  /** Executions that may run at the same time. */
  concurrency: number;
  host?: { cores: number; memoryBytes: number };
}): Pick<PoolLimits, 'base' | 'max' | 'parallelBoots'> => {
  const cores = host?.cores ?? 4;
  const memoryBytes = host?.memoryBytes ?? 16 * 1024 ** 3;
  const base = cores >= 4 && memoryBytes >= 8 * 1024 ** 3 ? 2 : 1;
  const fits = Math.floor((memoryBytes * IDLE_MEMORY_SHARE) / IDLE_BYTES);
  return {
    base,
    max: Math.max(concurrency + base, Math.min(concurrency * KEPT_PER_PLACE, fits)),
    parallelBoots: Math.max(2, cores),
  };
};

/** What an idle engine holds, with what its container costs the Docker engine. */
const IDLE_BYTES = 96 * 1024 * 1024;
const IDLE_MEMORY_SHARE = 0.25;
/** So many workspaces taking turns at each place keep their sandboxes. */
const KEPT_PER_PLACE = 20;

type Short = { memory: boolean; processor: boolean };

const isShort = ({ host }: PoolSituation): Short => ({
  memory: host !== undefined && host.freeBytes < host.totalBytes * FREE_SHARE,
  processor: host !== undefined && host.load > host.cores * BUSY_LOAD,
});

const expired = (situation: PoolSituation, limits: PoolLimits, memoryIsShort: boolean): string[] => {
  const { now, entries, sizes } = situation;
  const idleMs = memoryIsShort ? Math.min(SHORT_IDLE_MS, limits.idleMs) : limits.idleMs;
  const targets = spareTargets(situation, limits, { memory: memoryIsShort, processor: false });
  const over = entries.filter(({ state, bornAt, since, memoryMb }) => {
    if (state === 'busy') return false;
    if (now - bornAt > limits.maxAgeMs) return true;
    if (state === 'kept') return now - since > idleMs;
    return memoryMb !== limits.defaultMemoryMb && now - (sizes.get(memoryMb)?.askedAt ?? 0) > idleMs;
  });
  const gone = new Set(over.map(({ id }) => id));
  const surplus = [...new Set(entries.map(({ memoryMb }) => memoryMb))].flatMap((memoryMb) => {
    const fresh = entries.filter(
      (entry) => entry.state === 'fresh' && entry.memoryMb === memoryMb && !gone.has(entry.id),
    );
    const idleTooLong = fresh.filter(({ since }) => now - since > idleMs);
    return idleTooLong.slice(0, Math.max(0, fresh.length - (targets.get(memoryMb) ?? 0)));
  });
  return [...over, ...surplus].map(({ id }) => id);
};

/** The sizes to start for those who wait and will not sooner get what comes back. */
const neededSizes = (situation: PoolSituation): number[] => {
  const { now, entries, waiting, bootMs, leaseMs, keptShare } = situation;
  const before = new Map<string, number>();
  return waiting.flatMap(({ workspaceId, memoryMb, since }) => {
    const key = `${workspaceId} ${memoryMb}`;
    const turn = before.get(key) ?? 0;
    before.set(key, turn + 1);
    const atWork = count(
      entries,
      (entry) =>
        entry.state === 'busy' &&
        !entry.spent &&
        entry.workspaceId === workspaceId &&
        entry.memoryMb === memoryMb &&
        now - entry.since < bootMs + leaseMs,
    );
    const back = atWork * keptShare;
    const comesSooner = back >= 0.5 && (Math.floor(turn / back) + 1) * leaseMs < bootMs && now - since < bootMs;
    return comesSooner ? [] : [memoryMb];
  });
};

/** How many new ones of each size are to stand ready. */
const spareTargets = (
  { now, sizes, bootMs, queueDepth, freePlaces, freshShare }: PoolSituation,
  { base, defaultMemoryMb, idleMs }: PoolLimits,
  short: Short,
): Map<number, number> => {
  const targets = new Map<number, number>([[defaultMemoryMb, base]]);
  for (const [memoryMb, { askedAt, freshPerSecond }] of sizes) {
    if (memoryMb !== defaultMemoryMb && now - askedAt > idleMs) continue;
    const least = memoryMb === defaultMemoryMb ? base : 1;
    const usedUp = Math.round((freshPerSecond * bootMs * AHEAD) / 1_000);
    targets.set(memoryMb, short.memory || short.processor ? least : least + usedUp);
  }
  const soon = short.memory || short.processor ? 0 : Math.ceil(Math.min(queueDepth, freePlaces) * freshShare);
  targets.set(defaultMemoryMb, Math.max(targets.get(defaultMemoryMb) ?? base, soon));
  return targets;
};

const leastRecentlyUsed = (entries: readonly PoolEntry[], removed: ReadonlySet<string>): PoolEntry | undefined =>
  entries
    .filter(({ id, state }) => state !== 'busy' && !removed.has(id))
    // What is kept serves one workspace, what is new serves any.
    .toSorted((a, b) => Number(a.state === 'fresh') - Number(b.state === 'fresh') || a.since - b.since)[0];

const removedOf = (entries: readonly PoolEntry[], removed: ReadonlySet<string>): number =>
  count(entries, ({ id }) => removed.has(id));

const takeOne = (sizes: number[], wanted: number): boolean => {
  const index = sizes.indexOf(wanted);
  if (index !== -1) sizes.splice(index, 1);
  return index !== -1;
};

const count = <Item>(items: readonly Item[], matches: (item: Item) => boolean): number => items.filter(matches).length;
