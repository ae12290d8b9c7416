import { Suspended } from '@agentweaver/core/host/suspended';
import { systemClock } from '@agentweaver/core/host/system-clock';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { openWait } from '@agentweaver/db/wait-store';
import { LONGEST_SLEEP_MS } from '../tunables.ts';
import { claimLost } from './claim-lost.ts';
import type { HostServices } from './host-calls.ts';
import { type Claim, waitKeyOf } from './wait-key.ts';

/** A short wait keeps its sandbox; for a long one the execution gives it back and is resumed when it is over. */
export const createTimerServices = (
  prisma: PrismaClient,
  claim: Claim,
  { clock = systemClock }: { clock?: typeof systemClock } = {},
): Pick<HostServices, 'timer.wait' | 'timer.now'> => ({
  'timer.wait': async ({ ms }, call) => {
    if (ms <= LONGEST_SLEEP_MS) {
      await clock.sleep(ms, call.signal);
      return null;
    }
    const key = waitKeyOf(claim, call, 'timer');
    const wait = await openWait(prisma, { key, attemptId: claim.attemptId, request: { ms }, forMs: ms });
    if (wait.status === 'lost') throw claimLost();
    if (wait.status === 'open') throw new Suspended({ kind: 'timer', until: wait.until?.getTime() });
    return null;
  },
  // The memory of host calls gives a step that is run again the same time.
  'timer.now': async () => clock.now(),
});
