import type { WaitKind } from '@agentweaver/core/host/suspended';
import type { WaitKey } from '@agentweaver/db/wait-store';
import type { HostCall } from './host-calls.ts';

export type Claim = { executionId: string; attemptId: string };

export const waitKeyOf = ({ executionId }: Claim, call: HostCall, kind: WaitKind): WaitKey => {
  const { nodeId, iteration, attempt, index } = call;
  return { executionId, nodeId, iteration, attempt, callIndex: index, kind };
};
