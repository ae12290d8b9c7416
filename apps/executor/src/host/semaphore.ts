export type Semaphore = {
  /** Runs `work` when a place is free, in the order asked. Work whose signal aborts while it waits is not started. */
  run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
};

export const createSemaphore = (places: number): Semaphore => {
  let free = places;
  const queue: (() => void)[] = [];

  const acquire = async (signal: AbortSignal): Promise<void> => {
    if (free > 0) {
      free -= 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = () => {
      const index = queue.indexOf(resolve);
      // Not in the queue any more: the place has just been given.
      if (index === -1) return;
      queue.splice(index, 1);
      reject(signal.reason);
    };
    queue.push(resolve);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', giveUp);
    }
  };

  const release = (): void => {
    const next = queue.shift();
    if (next) next();
    else free += 1;
  };

  return {
    run: async (work, signal) => {
      signal.throwIfAborted();
      await acquire(signal);
      try {
        signal.throwIfAborted();
        return await work();
      } finally {
        release();
      }
    },
  };
};
