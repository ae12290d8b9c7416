export type Deadline = {
  /** Aborted by the source, or when the time is up. */
  signal: AbortSignal;
  isOver(): boolean;
  clear(): void;
};

/** Composed by hand: `AbortSignal.any` keeps its sources alive for as long as they live. */
export const startDeadline = (timeoutMs: number, source: AbortSignal): Deadline => {
  const controller = new AbortController();
  let over = false;
  const follow = () => controller.abort(source.reason);
  source.addEventListener('abort', follow, { once: true });
  const timer = setTimeout(() => {
    over = true;
    controller.abort(new Error('timeout'));
  }, timeoutMs);
  return {
    signal: controller.signal,
    isOver: () => over,
    clear: () => {
      clearTimeout(timer);
      source.removeEventListener('abort', follow);
    },
  };
};
