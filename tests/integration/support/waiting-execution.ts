import type { BudgetRequest } from '@agentweaver/core/budget/budget-wait';
import type { HumanRequest } from '@agentweaver/core/host/ports/human';
import { claimExecution } from '@agentweaver/db/execution-claim';
import { recordEvents } from '@agentweaver/db/execution-recorder';
import { suspendExecution } from '@agentweaver/db/execution-suspension';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { startExecution } from '@agentweaver/db/start-execution';
import { openWait } from '@agentweaver/db/wait-store';
import { createTestWorkflow, type TestWorkspace } from './workspace.ts';

/** Jobs of the start are of no interest; the one of the answer goes to the real queue. */
const noQueue = { add: async () => undefined };

export const approval: HumanRequest = {
  kind: 'approval',
  title: 'Send it?',
  message: '',
  choices: [],
  fields: [],
};

type Waiting =
  | { kind: 'human'; request: HumanRequest }
  | { kind: 'budget'; request: BudgetRequest }
  | { kind: 'timer'; request: null };

export type WaitingOptions = Partial<{
  /** The question; an approval unless told. */
  wait: Waiting;
  forMs: number;
  /** Another step is still running, so that the execution is too. */
  stillRunning: boolean;
}>;

/** An execution whose step `greet` has asked something, as an executor leaves it behind. */
export const createWaiting = async (
  prisma: PrismaClient,
  { workspaceId, userId, slug }: TestWorkspace,
  { wait = { kind: 'human', request: approval }, forMs, stillRunning = false }: WaitingOptions = {},
): Promise<{ executionId: string; waitId: string; workflowId: string }> => {
  const workflowId = await createTestWorkflow(prisma, { workspaceId, userId, slug });
  const { id: executionId } = await startExecution(
    { prisma, queue: noQueue },
    { workspaceId, workflowId, source: 'draft', input: { name: 'Ada' }, trigger: 'manual', userId },
  );
  const claim = await claimExecution(prisma, { id: executionId, executorId: 'test', sandbox: 'process' });
  if (claim.kind !== 'claimed') throw new Error(`not claimed: ${claim.kind}`);
  const { attemptId } = claim;
  const step = { at: Date.now(), nodeId: 'greet', iteration: '', attempt: 1 };
  await recordEvents(prisma, { executionId, attemptId, events: [{ type: 'step_started', ...step, input: null }] });
  const opened = await openWait(prisma, {
    key: { executionId, nodeId: 'greet', iteration: '', attempt: 1, callIndex: 0, kind: wait.kind },
    attemptId,
    request: wait.request,
    forMs,
  });
  if (opened.status !== 'open') throw new Error(`the wait is ${opened.status}`);
  const events = [{ type: 'step_waiting' as const, ...step, kind: wait.kind }];
  if (stillRunning) await recordEvents(prisma, { executionId, attemptId, events });
  else await suspendExecution(prisma, { id: executionId, attemptId, events });
  return { executionId, waitId: opened.id, workflowId };
};
