import { humanResponseSchema } from '@agentweaver/core/host/ports/human';
import { Suspended } from '@agentweaver/core/host/suspended';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { openWait } from '@agentweaver/db/wait-store';
import { claimLost } from './claim-lost.ts';
import type { HostServices } from './host-calls.ts';
import { type Claim, waitKeyOf } from './wait-key.ts';

/** Asks people: the question is kept in the database, and the step waits without holding anything. */
export const createHumanService =
  (prisma: PrismaClient, claim: Claim): HostServices['human.ask'] =>
  async (request, call) => {
    const { attemptId } = claim;
    const key = waitKeyOf(claim, call, 'human');
    const wait = await openWait(prisma, { key, attemptId, request, forMs: request.deadlineMs });
    switch (wait.status) {
      case 'open':
        throw new Suspended({ kind: 'human', until: wait.until?.getTime() });
      case 'answered':
        return {
          kind: 'answered',
          response: humanResponseSchema.parse(wait.response),
          by: wait.answeredBy,
          at: wait.at.getTime(),
        };
      case 'expired':
        return { kind: 'expired', at: wait.at.getTime() };
      case 'lost':
        throw claimLost();
    }
  };
