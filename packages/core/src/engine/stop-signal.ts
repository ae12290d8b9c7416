import type { ExecutionErrorData } from './execution-errors.ts';

/** Why an execution ends before its last step. */
export type StopReason = { kind: 'cancelled' } | { kind: 'failed'; error: ExecutionErrorData };

export type StopSignal = {
  /** Aborted when the execution stops, for everything that runs in it. */
  signal: AbortSignal;
  /** The first reason counts. */
  stop: (reason: StopReason) => void;
  reason: () => StopReason | undefined;
  /** Lets go of the caller's signal. */
  release: () => void;
};

/** Stops on demand, or as cancelled when the caller's signal is aborted. */
export const createStopSignal = (cancel: AbortSignal | undefined): StopSignal => {
  const controller = new AbortController();
  let reason: StopReason | undefined;
  const stop = (why: StopReason) => {
    if (reason) return;
    reason = why;
    controller.abort(new Error(why.kind === 'failed' ? 'The execution failed.' : 'The execution was cancelled.'));
  };
  const onCancel = () => stop({ kind: 'cancelled' });
  if (cancel?.aborted) onCancel();
  else cancel?.addEventListener('abort', onCancel);
  return {
    signal: controller.signal,
    stop,
    reason: () => reason,
    release: () => cancel?.removeEventListener('abort', onCancel),
  };
};
