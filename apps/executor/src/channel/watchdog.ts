import { PING_INTERVAL_MS, UNRESPONSIVE_AFTER_MS } from '../tunables.ts';

export type Watchdog = {
  /** Anything that came from the sandbox shows that its main thread turns. */
  alive(): void;
  /** While the executor itself is not reading, silence proves nothing. */
  pause(): void;
  resume(): void;
  stop(): void;
};

/** Pings the engine, and tells when it has not answered for too long: its main thread is stuck in somebody's code. */
export const createWatchdog = ({
  ping,
  onSilent,
  intervalMs = PING_INTERVAL_MS,
  limitMs = UNRESPONSIVE_AFTER_MS,
  now = () => performance.now(),
}: {
  ping: (id: number) => void;
  onSilent: () => void;
  intervalMs?: number;
  limitMs?: number;
  now?: () => number;
}): Watchdog => {
  let lastSign = now();
  let lastTick = now();
  let paused = false;
  let id = 0;

  const timer = setInterval(() => {
    const time = now();
    // The executor was held up itself (a long pause, a suspended machine): that time does not count.
    const heldUp = Math.max(0, time - lastTick - 2 * intervalMs);
    lastTick = time;
    lastSign = paused ? time : Math.min(time, lastSign + heldUp);
    if (time - lastSign > limitMs) {
      clearInterval(timer);
      onSilent();
      return;
    }
    id += 1;
    ping(id);
  }, intervalMs);

  return {
    alive: () => {
      lastSign = now();
    },
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      lastSign = now();
    },
    stop: () => clearInterval(timer),
  };
};
