import { isFinished, keyOfStep, type WatchMessage } from '../execution-view.ts';
import { MAX_DELTA_LENGTH } from '../live-state.ts';

/** Without a wake-up from the live channel the database is read this often, in ms. */
export const TAIL_MS = 1_000;

type Update = Extract<WatchMessage, { type: 'update' }>;

export type LiveSignal =
  | { type: 'events'; lastSeq: number }
  | { type: 'delta'; nodeId: string; iteration: string; text: string };

export type WatchDependencies = {
  /** What happened after `since`, from one snapshot; `null` when the execution is gone. */
  read: (options: { since: number; allSteps: boolean }) => Promise<Update | null>;
  /** Calls back for each live message until the returned function is called. */
  listen: (handler: (message: LiveSignal) => void) => Promise<() => Promise<void> | void>;
  now: () => number;
  /** Resolves after `ms`, or at once when aborted. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
};

/**
 * Follows one execution from `since` to its end. Every event is in exactly one update, in order; text deltas are live only.
 * It listens before it first reads, so nothing falls between the two; a wake-up that is lost costs at most `TAIL_MS`.
 * Returns when the execution has finished and its whole log was given, when it is gone, or when `signal` aborts.
 */
export async function* watch(
  { read, listen, now, sleep }: WatchDependencies,
  { since, signal }: { since: number; signal: AbortSignal },
): AsyncGenerator<WatchMessage, void, void> {
  let seq = since;
  let first = true;
  let stale = true;
  let lastRead = Number.NEGATIVE_INFINITY;
  let shown = '';
  let wake = () => {};
  /** Merged per step, so that a slow reader costs a bounded amount of memory. */
  const deltas = new Map<string, Extract<WatchMessage, { type: 'delta' }>>();

  const stop = await listen((message) => {
    if (message.type === 'delta') {
      const key = keyOfStep(message);
      const text = ((deltas.get(key)?.text ?? '') + message.text).slice(-MAX_DELTA_LENGTH);
      deltas.set(key, { ...message, text });
    } else if (message.lastSeq > seq) {
      stale = true;
    }
    wake();
  });
  try {
    while (!signal.aborted) {
      if (stale || now() - lastRead >= TAIL_MS) {
        // Cleared before the read: a wake-up that arrives meanwhile asks for another one.
        stale = false;
        lastRead = now();
        const update = await read({ since: seq, allSteps: first });
        if (update === null || signal.aborted) return;
        const head = JSON.stringify(update.execution);
        if (first || update.events.length > 0 || head !== shown) yield update;
        first = false;
        shown = head;
        seq = Math.max(seq, update.seq);
        const behind = seq < update.execution.lastSeq;
        if (isFinished(update.execution.status) && !behind) return;
        // The page was full.
        if (behind && update.events.length > 0) stale = true;
      }
      // A copy: text that arrives while the reader takes these must not keep the loop from the log.
      const streamed = [...deltas.values()];
      deltas.clear();
      for (const delta of streamed) yield delta;
      if (!stale && deltas.size === 0 && !signal.aborted) {
        const timer = new AbortController();
        wake = () => timer.abort();
        signal.addEventListener('abort', wake, { once: true });
        await sleep(Math.max(0, TAIL_MS - (now() - lastRead)), timer.signal);
        signal.removeEventListener('abort', wake);
      }
    }
  } finally {
    await stop();
  }
}
