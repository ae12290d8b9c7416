import { messageOf } from '@agentweaver/core/errors/to-execution-error';
import type { Logger } from 'pino';
import { ADMISSION_CHECK_MS, ADMISSION_RETRY_MS } from '../tunables.ts';

export type Admission = {
  /** Whether executions may be claimed now. */
  isOpen(): boolean;
  /** Why not, in words. */
  reason(): string | undefined;
  /**
   * To be told when an execution got no sandbox, or lost it without a word. Looks at once; `away` means that no
   * execution would have fared better, and that none is claimed until that has changed.
   */
  onTrouble(kind: 'not_started' | 'lost'): Promise<'away' | 'fine'>;
  /** For good: the executor stops. */
  close(): void;
};

/**
 * Decides whether this executor takes executions. It does not while what each of them needs is missing: a queue full of
 * executions would otherwise fail one by one within the minute that a Docker engine takes to restart.
 */
export const createAdmission = ({
  check,
  probe,
  onChange,
  logger,
  checkMs = ADMISSION_CHECK_MS,
  retryMs = ADMISSION_RETRY_MS,
}: {
  /** Whether a sandbox could be started, and cheap; rejects with the reason. */
  check: () => Promise<void>;
  /** Starts one and removes it. An engine may answer and yet start nothing, with a full disk for example. */
  probe: () => Promise<void>;
  onChange: (isOpen: boolean) => void;
  logger: Logger;
  checkMs?: number;
  retryMs?: number;
}): Admission => {
  let reason: string | undefined;
  let closed = false;
  /** Its last start failed though it answers: only a start that succeeds opens it again. */
  let mustProbe = false;
  let looking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  const change = (next: string | undefined): void => {
    const wasOpen = reason === undefined;
    reason = next;
    if (closed || wasOpen === (next === undefined)) return;
    if (next === undefined) logger.info('executions are claimed again');
    else logger.error({ reason: next }, 'no execution is claimed until this has changed');
    onChange(next === undefined);
  };

  const look = async (): Promise<void> => {
    try {
      await check();
      if (mustProbe) await probe();
      mustProbe = false;
      change(undefined);
    } catch (error) {
      change(messageOf(error));
    }
  };
  /** One at a time; then again after a while. */
  const lookNow = (): Promise<void> => {
    clearTimeout(timer);
    looking ??= look().finally(() => {
      looking = undefined;
      if (!closed) timer = setTimeout(lookNow, reason === undefined ? checkMs : retryMs);
    });
    return looking;
  };
  timer = setTimeout(lookNow, checkMs);

  return {
    isOpen: () => !closed && reason === undefined,
    reason: () => reason,
    onTrouble: async (kind) => {
      // What looks now may have begun before the trouble.
      await looking;
      if (kind === 'not_started') mustProbe = true;
      await lookNow();
      return reason === undefined ? 'fine' : 'away';
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
};
