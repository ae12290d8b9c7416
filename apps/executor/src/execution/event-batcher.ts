import type { EngineEvent } from '@agentweaver/core/engine/events';
import { EVENT_BACKLOG_BYTES, EVENT_BATCH_BYTES, EVENT_BATCH_DELAY_MS, EVENT_BATCH_SIZE } from '../tunables.ts';

export type EventBatcher = {
  /** Takes an event; resolves at once, or, while too much waits to be written, when there is room again. */
  add(event: EngineEvent): Promise<void>;
  /**
   * Resolves when the batch being written is; rejects with what a write failed with. Gives what is not written yet, at most
   * one batch of it, to be written together with the end.
   */
  takeLast(): Promise<EngineEvent[]>;
};

/**
 * Collects events and hands them to `write` in order, one batch at a time: by number, by size, or after a short
 * wait. After a failed write nothing more is written, since a log with a gap must not be made.
 */
export const createEventBatcher = ({
  write,
  onFailure,
  delayMs = EVENT_BATCH_DELAY_MS,
  maxEvents = EVENT_BATCH_SIZE,
  maxBytes = EVENT_BATCH_BYTES,
  backlogBytes = EVENT_BACKLOG_BYTES,
}: {
  write: (events: EngineEvent[]) => Promise<void>;
  /** Told once, as soon as a write fails. */
  onFailure: (error: unknown) => void;
  delayMs?: number;
  maxEvents?: number;
  maxBytes?: number;
  backlogBytes?: number;
}): EventBatcher => {
  let waiting: { event: EngineEvent; bytes: number }[] = [];
  let waitingBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> | undefined;
  let failure: { error: unknown } | undefined;

  const takeBatch = (): EngineEvent[] => {
    let bytes = 0;
    let size = 0;
    while (size < waiting.length && size < maxEvents && (size === 0 || bytes < maxBytes)) {
      bytes += waiting[size]?.bytes ?? 0;
      size += 1;
    }
    const batch = waiting.slice(0, size);
    waiting = waiting.slice(size);
    waitingBytes -= bytes;
    return batch.map(({ event }) => event);
  };

  const writeAll = async (): Promise<void> => {
    try {
      while (waiting.length > 0) await write(takeBatch());
    } catch (error) {
      failure = { error };
      waiting = [];
      waitingBytes = 0;
      onFailure(error);
    } finally {
      writing = undefined;
    }
  };

  const start = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    // With nothing to write `writeAll` would end before its promise is stored, and that promise would stay.
    if (waiting.length > 0) writing ??= writeAll();
    return writing ?? Promise.resolve();
  };

  return {
    add: async (event) => {
      if (failure) return;
      const bytes = JSON.stringify(event).length;
      waiting.push({ event, bytes });
      waitingBytes += bytes;
      if (waitingBytes > backlogBytes) await start();
      else if (waiting.length >= maxEvents || waitingBytes >= maxBytes) void start();
      else timer ??= setTimeout(start, delayMs);
    },
    takeLast: async () => {
      while (writing || waiting.length > maxEvents || waitingBytes > maxBytes) await start();
      clearTimeout(timer);
      if (failure) throw failure.error;
      return takeBatch();
    },
  };
};
