/** How many steps may run at the same time, everywhere in one execution. */
export type Slots = {
  /** Calls `grant` once there is a free slot, at once if there is one now. Gives what withdraws the request. */
  request: (grant: () => void, options?: { returning?: boolean }) => () => void;
  release: () => void;
  /** For when `mayStart` may have changed its mind. */
  recheck: () => void;
};

/**
 * First come, first served, save that steps which have only lent their slot go before those that have not begun. While
 * `mayStart` says no, nothing new begins; what has begun goes on.
 */
export const createSlots = (count: number, mayStart: () => boolean = () => true): Slots => {
  let free = count;
  const returning = new Set<() => void>();
  const starting = new Set<() => void>();

  const grantNext = () => {
    while (free > 0) {
      const queue = returning.size > 0 ? returning : starting;
      const [first] = queue;
      if (!first || (queue === starting && !mayStart())) return;
      queue.delete(first);
      free -= 1;
      first();
    }
  };

  return {
    request: (grant, options) => {
      const queue = options?.returning ? returning : starting;
      queue.add(grant);
      grantNext();
      return () => queue.delete(grant);
    },
    release: () => {
      free += 1;
      grantNext();
    },
    recheck: grantNext,
  };
};

/** The slot of one step. */
export type StepSlot = {
  /** Gives it back while the step waits for what runs inside it. */
  lend: () => void;
  /** Resolves when the step has its slot again, or needs none any more because it was lent again or has ended. */
  regain: () => Promise<void>;
  /** Gives it back for good. */
  end: () => void;
};

type Asking = { withdraw: () => void; done: Promise<void>; resolve: () => void };

/** For a step that was granted a slot. */
export const holdSlot = (slots: Slots): StepSlot => {
  let state: 'held' | 'lent' | 'ended' = 'held';
  let asking: Asking | undefined;

  const giveBack = (next: 'lent' | 'ended') => {
    asking?.withdraw();
    asking?.resolve();
    asking = undefined;
    const held = state === 'held';
    if (state !== 'ended') state = next;
    if (held) slots.release();
  };
  const ask = (): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const request: Asking = { withdraw: () => undefined, done: promise, resolve };
    asking = request;
    const grant = () => {
      state = 'held';
      asking = undefined;
      resolve();
    };
    request.withdraw = slots.request(grant, { returning: true });
    return promise;
  };

  return {
    lend: () => giveBack('lent'),
    regain: () => (state === 'lent' ? (asking?.done ?? ask()) : Promise.resolve()),
    end: () => giveBack('ended'),
  };
};
