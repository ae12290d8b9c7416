import type { LiveChannel } from '@agentweaver/db/live-channel';
import type { Logger } from 'pino';

export type CancelWatch = {
  /** Calls `onCancel` when somebody asks for the execution's end. Returns what ends the watch. */
  watch(executionId: string, onCancel: () => void): () => void;
  close(): Promise<void>;
};

/** A cancel may be told between the claim of an execution and the watch over it. */
const REMEMBER_MS = 10_000;

/** One subscription for all executions of this process. Without a live channel cancel takes up to one heartbeat. */
export const createCancelWatch = async (live: Pick<LiveChannel, 'onCancel'>, logger: Logger): Promise<CancelWatch> => {
  const watchers = new Map<string, () => void>();
  const recent = new Map<string, NodeJS.Timeout>();

  const tell = (executionId: string): void => {
    const watcher = watchers.get(executionId);
    if (watcher) {
      watcher();
      return;
    }
    clearTimeout(recent.get(executionId));
    const forget = setTimeout(() => recent.delete(executionId), REMEMBER_MS);
    forget.unref();
    recent.set(executionId, forget);
  };

  const unsubscribe = await live.onCancel(tell).catch((error: unknown) => {
    logger.warn({ err: error }, 'no live channel; cancel takes up to one heartbeat');
    return undefined;
  });
  return {
    watch: (executionId, onCancel) => {
      watchers.set(executionId, onCancel);
      if (recent.has(executionId)) onCancel();
      return () => watchers.delete(executionId);
    },
    close: async () => {
      for (const timer of recent.values()) clearTimeout(timer);
      await unsubscribe?.().catch(() => undefined);
    },
  };
};
