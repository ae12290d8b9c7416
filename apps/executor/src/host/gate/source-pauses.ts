/**
 * What is known of sources that asked to be left alone (429 with `Retry-After`). Until then no call goes there; after it
 * one goes first, and each that succeeds lets twice as many go, so that not all of them run into the next refusal.
 */
export type SourcePauses = {
  /** Ms that it still lasts; 0 when there is none. */
  left(sourceId: string): number;
  /** Calls at once that the source may have for now; `undefined` when there is no such limit. */
  width(sourceId: string): number | undefined;
  pause(sourceId: string, ms: number): void;
  succeeded(sourceId: string): void;
};

/** Nobody is believed to need longer: then one call finds out. Ms. */
const LONGEST_PAUSE_MS = 600_000;
const FULL_WIDTH = 64;

export const createSourcePauses = ({
  onOver,
  now = () => performance.now(),
}: {
  onOver: () => void;
  now?: () => number;
}): SourcePauses & { close(): void } => {
  const pauses = new Map<string, { until: number; width: number; timer: NodeJS.Timeout }>();

  return {
    left: (id) => Math.max(0, (pauses.get(id)?.until ?? 0) - now()),
    width: (id) => pauses.get(id)?.width,
    pause: (id, ms) => {
      const known = pauses.get(id);
      clearTimeout(known?.timer);
      const until = Math.max(known?.until ?? 0, now() + Math.min(ms, LONGEST_PAUSE_MS));
      // A timer may be a little early.
      const timer = setTimeout(onOver, until - now() + 5);
      timer.unref();
      pauses.set(id, { until, width: 1, timer });
    },
    succeeded: (id) => {
      const known = pauses.get(id);
      // A call that was under way before says nothing about the time after.
      if (!known || known.until > now()) return;
      known.width *= 2;
      if (known.width >= FULL_WIDTH) pauses.delete(id);
    },
    close: () => {
      for (const { timer } of pauses.values()) clearTimeout(timer);
      pauses.clear();
    },
  };
};
