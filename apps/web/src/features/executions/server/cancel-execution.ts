import { requestCancel } from '@agentweaver/db/execution-store';
import type { LiveChannel } from '@agentweaver/db/live-channel';
import { countEndedExecution } from '../../../server/metrics.ts';
import type { ExecutionStatus } from '../execution-view.ts';
import type { ReadContext } from './execution-context.ts';

/** Asks for the end of an execution, and wakes its executor and everybody who watches. */
export const cancelExecution = async (
  { prisma, live, workspace }: ReadContext & { live: LiveChannel },
  executionId: string,
): Promise<{ status: ExecutionStatus }> => {
  const { status, lastSeq, ended } = await requestCancel(prisma, { id: executionId, workspaceId: workspace.id });
  if (ended) countEndedExecution(ended);
  // The request is stored: without the wake-up it is seen a heartbeat later.
  await Promise.allSettled([live.publishCancel(executionId), live.publish(executionId, { type: 'events', lastSeq })]);
  return { status };
};
