import type { Host } from '../host/host.ts';

export type Deadline = {
  /** Aborting it ends the work at once with the signal's reason. */
  signal: AbortSignal;
  timeoutMs: number;
  /** What the work is rejected with when its time is up. */
  timeoutError: () => Error;
  clock: Host['clock'];
};

/** Stops the clock of the deadline while it is held; holds are counted. */
export type DeadlinePause = { hold(): void; release(): void };

const OVER = new Error('This attempt is over.');

/**
 * Runs work that must end: by itself, at its time limit, or when the signal is aborted, whichever is first. The
 * promise settles then even if the work pays no heed; the signal that the work got is aborted in each case, so
 * nothing that listens to it outlives the work. The time that it is held for does not count.
 */
export const withDeadline = <Result>(
  { signal: outer, timeoutMs, timeoutError, clock }: Deadline,
  work: (signal: AbortSignal, pause: DeadlinePause) => Promise<Result>,
): Promise<Result> =>
  new Promise((resolve, reject) => {
    const inner = new AbortController();
    /** How often it is held now, since when, and what earlier holds have added to the time. */
    let holds = 0;
    let heldAt = 0;
    let owedMs = 0;
    /** Its time came while it was held. */
    let dueAt: number | undefined;
    const end = (reason: unknown) => {
      outer.removeEventListener('abort', stop);
      inner.abort(reason);
    };
    const fail = (reason: unknown) => {
      reject(reason);
      end(reason);
    };
    const stop = () => fail(outer.reason);
    const wait = (ms: number): void => {
      clock.sleep(ms, inner.signal).then(onDue, () => undefined);
    };
    const onDue = () => {
      if (holds > 0) dueAt = clock.now();
      else if (owedMs > 0) waitOwed(0);
      else fail(timeoutError());
    };
    const waitOwed = (passedMs: number) => {
      const ms = owedMs - passedMs;
      owedMs = 0;
      dueAt = undefined;
      wait(Math.max(0, ms));
    };
    const pause: DeadlinePause = {
      hold: () => {
        holds += 1;
        if (holds === 1) heldAt = clock.now();
      },
      release: () => {
        holds -= 1;
        if (holds > 0) return;
        const now = clock.now();
        owedMs += now - heldAt;
        if (dueAt !== undefined) waitOwed(now - dueAt);
      },
    };

    if (outer.aborted) {
      stop();
      return;
    }
    outer.addEventListener('abort', stop);
    wait(timeoutMs);
    work(inner.signal, pause).then((result) => {
      resolve(result);
      end(OVER);
    }, fail);
  });
