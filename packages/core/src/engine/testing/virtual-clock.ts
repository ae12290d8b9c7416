import type { Host } from '../../host/host.ts';

type Sleeper = { at: number; wake: () => void };

export type VirtualClock = Host['clock'] & {
  /** How many still sleep: none once an execution is over. */
  sleeping: () => number;
};

/**
 * Time that passes only when nothing else is left to do: hours take microseconds, and two runs are the same.
 * Work that waits for anything but this clock is overtaken by it.
 */
export const createVirtualClock = (): VirtualClock => {
  const sleepers = new Set<Sleeper>();
  let time = 0;
  let ticking = false;

  const tick = () => {
    ticking = false;
    const next = [...sleepers].reduce<Sleeper | undefined>(
      (first, one) => (!first || one.at < first.at ? one : first),
      undefined,
    );
    if (!next) return;
    time = next.at;
    next.wake();
    scheduleTick();
  };
  // All microtasks run first, so everybody who could still fall asleep has.
  const scheduleTick = () => {
    if (ticking || sleepers.size === 0) return;
    ticking = true;
    setImmediate(tick);
  };

  return {
    now: () => time,
    sleeping: () => sleepers.size,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const leave = () => {
          sleepers.delete(sleeper);
          signal.removeEventListener('abort', onAbort);
        };
        const sleeper: Sleeper = {
          at: time + ms,
          wake: () => {
            leave();
            resolve();
          },
        };
        const onAbort = () => {
          leave();
          reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort);
        sleepers.add(sleeper);
        scheduleTick();
      }),
  };
};
