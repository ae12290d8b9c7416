import type { Logger } from 'pino';
import { SANDBOX_START_TIMEOUT_MS } from '../../tunables.ts';
import type { SandboxBackend } from '../sandbox.ts';
import { bootReady, type ReadySandbox } from './boot-ready.ts';

export type Boots = {
  /** Starts one of this memory size, unless the last ones failed and it is too soon. */
  start(memoryMb: number): void;
  /** Memory sizes of those that are starting. */
  sizes(): number[];
  /** Why the last start of this size failed, while none has succeeded since. */
  failureOf(memoryMb: number): unknown;
  /** Gives up what is starting; resolves when nothing of it is left. */
  close(): Promise<void>;
};

const FIRST_BACK_OFF_MS = 250;
const MAX_BACK_OFF_MS = 10_000;

/** Starts sandboxes for the pool. Each memory size has its own patience: one that the host has no room for holds up no other. */
export const createBoots = ({
  backend,
  now,
  logger,
  onReady,
  onFailed,
  onSettled,
}: {
  backend: SandboxBackend;
  now: () => number;
  logger: Logger;
  onReady: (ready: ReadySandbox, memoryMb: number, tookMs: number) => void;
  onFailed: (error: unknown, memoryMb: number) => void;
  /** After either. */
  onSettled: () => void;
}): Boots => {
  const booting = new Map<Promise<void>, number>();
  const failures = new Map<number, { count: number; error: unknown; until: number }>();
  const closing = new AbortController();

  const failed = (error: unknown, memoryMb: number): void => {
    const count = (failures.get(memoryMb)?.count ?? 0) + 1;
    const waitMs = Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (count - 1));
    failures.set(memoryMb, { count, error, until: now() + waitMs });
    logger.warn({ err: error, memoryMb, failures: count, waitMs }, 'a sandbox did not start');
    onFailed(error, memoryMb);
  };

  const boot = async (memoryMb: number): Promise<void> => {
    const startedAt = now();
    const timeoutMs = backend.bootTimeoutMs ?? SANDBOX_START_TIMEOUT_MS;
    try {
      const ready = await bootReady(backend, memoryMb, closing.signal, timeoutMs);
      failures.delete(memoryMb);
      onReady(ready, memoryMb, now() - startedAt);
    } catch (error) {
      if (!closing.signal.aborted) failed(error, memoryMb);
    }
  };

  return {
    start: (memoryMb) => {
      if (closing.signal.aborted || now() < (failures.get(memoryMb)?.until ?? 0)) return;
      const started: Promise<void> = boot(memoryMb).finally(() => {
        booting.delete(started);
        onSettled();
      });
      booting.set(started, memoryMb);
    },
    sizes: () => [...booting.values()],
    failureOf: (memoryMb) => failures.get(memoryMb)?.error,
    close: async () => {
      closing.abort();
      await Promise.allSettled(booting.keys());
    },
  };
};
