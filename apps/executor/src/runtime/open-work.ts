export type OpenWork = {
  /** Counts `work` until it has settled; gives it back. */
  track<Result>(work: Promise<Result>): Promise<Result>;
  /** Resolves when nothing that was counted is still under way. */
  settled(): Promise<void>;
};

/** What an execution has begun in its sandbox: the next may only start when all of it has ended. */
export const createOpenWork = (): OpenWork => {
  const open = new Set<Promise<unknown>>();
  return {
    track: (work) => {
      const done = work.finally(() => open.delete(done));
      open.add(done);
      return done;
    },
    settled: async () => {
      while (open.size > 0) await Promise.allSettled(open);
    },
  };
};
