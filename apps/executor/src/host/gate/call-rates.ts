import type { CallCounter } from '@agentweaver/db/call-counter';

/** Calls that may start in one window, in all executors together. */
export type RateLimit = { id: string; calls: number };

export type CallRates = {
  /**
   * The first of these limits of which no call is left here and now; more is then being fetched, and `onMore` is called
   * when there is some.
   */
  missing(limits: readonly RateLimit[]): RateLimit | undefined;
  /** Takes one call of each; only after `missing` said that there is one. */
  take(limits: readonly RateLimit[]): void;
  close(): void;
};

export type CallRatesOptions = {
  counter: Pick<CallCounter, 'take'>;
  onMore: () => void;
  onError: (error: unknown) => void;
  /** Ms, of a clock that only goes forward. */
  now?: () => number;
};

/**
 * What this process has taken of a limit ahead of its calls. It is good until the window ends; when the window had
 * nothing left, nobody asks again before that.
 */
type Lease = { left: number; until: number; isFetching: boolean; isUsedUp: boolean };

/** A lease is what the limit allows in so many parts of a window: what a process leaves unused is lost to the others. */
const LEASES_PER_WINDOW = 60;
const MAX_LEASE = 100;
/** While the counter fails. Ms. */
const LEASE_WITHOUT_COUNTER_MS = 1_000;
/** A timer may be a little early, and processes that wait for the same window must not all come in the same moment. Ms. */
const SPARE_MS = 5;
const MAX_JITTER_MS = 50;

/** Rate limits of all processes, without a round trip per call: calls are taken from the common counter in small lots. */
export const createCallRates = ({
  counter,
  onMore,
  onError,
  now = () => performance.now(),
}: CallRatesOptions): CallRates => {
  const leases = new Map<string, Lease>();
  const timers = new Set<NodeJS.Timeout>();
  let closed = false;

  const leaseOf = ({ id }: RateLimit): Lease => {
    let lease = leases.get(id);
    if (!lease) {
      lease = { left: 0, until: 0, isFetching: false, isUsedUp: false };
      leases.set(id, lease);
    }
    return lease;
  };

  const later = (ms: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timer.unref();
    timers.add(timer);
  };

  const endWith = (id: string, lease: Lease, msLeft: number): void => {
    const wake = lease.isUsedUp ? onMore : () => undefined;
    later(msLeft + SPARE_MS + Math.random() * MAX_JITTER_MS, () => {
      // Windows that nobody used again are forgotten.
      if (!lease.isFetching && lease.until <= now()) leases.delete(id);
      wake();
    });
  };

  const fetch = async (limit: RateLimit, lease: Lease): Promise<void> => {
    if (lease.isFetching || closed) return;
    const size = sizeOf(limit);
    lease.isFetching = true;
    let granted = size;
    let msLeft = LEASE_WITHOUT_COUNTER_MS;
    let isFirstOfWindow = false;
    try {
      const counted = await counter.take(limit.id, size);
      msLeft = counted.msLeft;
      isFirstOfWindow = counted.taken === size;
      // The counter only rises, so whoever goes past the limit gets exactly what was left.
      granted = Math.max(0, Math.min(size, limit.calls - (counted.taken - size)));
    } catch (error) {
      onError(error);
    }
    if (closed) return;
    const mayKeep = !isFirstOfWindow && lease.until > now();
    lease.left = (mayKeep ? lease.left : 0) + granted;
    lease.until = now() + msLeft;
    lease.isUsedUp = granted < size;
    lease.isFetching = false;
    endWith(limit.id, lease, msLeft);
    if (lease.left > 0) onMore();
  };

  return {
    missing: (limits) => {
      const at = now();
      return limits.find((limit) => {
        const lease = leaseOf(limit);
        const isOver = at >= lease.until;
        if (lease.left > 0 && !isOver) return false;
        if (isOver || !lease.isUsedUp) void fetch(limit, lease);
        return true;
      });
    },
    take: (limits) => {
      for (const limit of limits) {
        const lease = leaseOf(limit);
        lease.left -= 1;
        const size = sizeOf(limit);
        // Ahead of need, where a lot is more than a call: those who come next do not wait for the answer.
        if (size > 1 && lease.left <= size / 2 && !lease.isUsedUp) void fetch(limit, lease);
      }
    },
    close: () => {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
};

const sizeOf = ({ calls }: RateLimit): number =>
  Math.min(MAX_LEASE, Math.max(1, Math.floor(calls / LEASES_PER_WINDOW)));
