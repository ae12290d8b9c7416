import type { ResourceLimits, Worker } from 'node:worker_threads';

export const MIB = 1024 * 1024;

/**
 * V8 ends a worker whose heap is full, but it aborts the whole process when one large allocation (a list that grows by
 * half) goes past the limit. So V8's limit lies well above what the code may hold, and the watch ends it in between.
 */
const HEAP_RESERVE_MB = 512;
/** Garbage may pile up to half of V8's limit before it is collected first, so only more than this is surely in use. */
const GARBAGE_ALLOWANCE_MB = 256;

/** A heap that shrank to this share since the last look lost all its garbage, not only the young: what is left is in use. */
const COLLECTED_SHARE = 0.6;

export const heapLimits = (memoryMb: number): ResourceLimits => ({
  maxOldGenerationSizeMb: memoryMb + HEAP_RESERVE_MB,
  maxYoungGenerationSizeMb: 16,
});

export type MemoryWatch = {
  readonly limitMb: number;
  /** Before each request: what was seen of the one before says nothing any more. */
  begin(): void;
  /** Whether the code holds more than it may. Works while the worker is busy. */
  isOver(): Promise<boolean>;
  /** The most that was seen, garbage included, in whole MiB. */
  peakMb(): number;
};

/** Looks at what a worker holds: its heap, and array buffers, which live outside of it and have no limit of V8's. */
export const createMemoryWatch = (worker: Worker, memoryMb: number): MemoryWatch => {
  const limit = memoryMb * MIB;
  const certain = (memoryMb + GARBAGE_ALLOWANCE_MB) * MIB;
  let before = 0;
  let peak = 0;
  return {
    limitMb: memoryMb,
    begin: () => {
      before = 0;
      peak = 0;
    },
    isOver: async () => {
      try {
        const { used_heap_size: heap, external_memory: outside } = await worker.getHeapStatistics();
        const isCollected = heap < before * COLLECTED_SHARE;
        before = heap;
        peak = Math.max(peak, heap + outside);
        return heap + outside > certain || (isCollected && heap > limit);
      } catch {
        return false; // the worker has ended
      }
    },
    peakMb: () => Math.round(peak / MIB),
  };
};
