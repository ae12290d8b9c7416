import type { Host } from '../host/host.ts';

export type Deadline = {
  /** Aborting it ends the work at once with the signal's reason. */
  signal: AbortSignal;
  timeoutMs: number;
  /** What the work is rejected with when its time is up. */
  timeoutError: () => Error;
  clock: Host['clock'];
};

const OVER = new Error('This attempt is over.');

/**
 * Runs work that must end: by itself, at its time limit, or when the signal is aborted, whichever is first. The
 * promise settles then even if the work pays no heed; the signal that the work got is aborted in each case, so
 * nothing that listens to it outlives the work.
 */
export const withDeadline = <Result>(
  { signal: outer, timeoutMs, timeoutError, clock }: Deadline,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> =>
  new Promise((resolve, reject) => {
    const inner = new AbortController();
    const end = (reason: unknown) => {
      outer.removeEventListener('abort', stop);
      inner.abort(reason);
    };
    const fail = (reason: unknown) => {
      reject(reason);
      end(reason);
    };
    const stop = () => fail(outer.reason);

    if (outer.aborted) {
      stop();
      return;
    }
    outer.addEventListener('abort', stop);
    clock.sleep(timeoutMs, inner.signal).then(
      () => fail(timeoutError()),
      () => undefined,
    );
    work(inner.signal).then((result) => {
      resolve(result);
      end(OVER);
    }, fail);
  });
