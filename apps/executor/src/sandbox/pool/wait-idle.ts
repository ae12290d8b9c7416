import { setTimeout as delay } from 'node:timers/promises';
import { SANDBOX_SETTLE_MS } from '../../tunables.ts';
import type { ReadySandbox } from './boot-ready.ts';

/**
 * After an execution's last event: whether the sandbox may be used again, since its engine says in time that nothing of
 * the execution is left, and no user code ran in it.
 */
export const waitIdle = async ({ channel, sandbox }: ReadySandbox, settleMs = SANDBOX_SETTLE_MS): Promise<boolean> => {
  if (channel.ranUserCode()) return false;
  const enough = new AbortController();
  const late = delay(settleMs, false, { signal: enough.signal }).catch(() => false);
  const readIdle = async (): Promise<boolean> => {
    for (let frame = await channel.read(); frame; frame = await channel.read()) {
      if (frame.type === 'idle') return !channel.ranUserCode() && !channel.hasUnread();
      // Answers and cancels of the execution that has ended may still be on their way.
      if (frame.type !== 'pong' && frame.type !== 'call_cancel') return false;
    }
    return false;
  };
  try {
    return await Promise.race([readIdle(), late, sandbox.exited.then(() => false)]);
  } catch {
    // It broke the protocol.
    return false;
  } finally {
    enough.abort();
  }
};
