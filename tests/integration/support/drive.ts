import { randomUUID } from 'node:crypto';
import {
  type WorkflowDefinition,
  type WorkflowDefinitionInput,
  workflowDefinitionSchema,
} from '@agentweaver/core/definition/workflow-definition';
import type { EngineEvent, FinishedStep } from '@agentweaver/core/engine/events';
import { pino } from 'pino';
import { driveSandbox, type Ending } from '../../../apps/executor/src/execution/drive-sandbox.ts';
import { createStepLedger } from '../../../apps/executor/src/execution/step-ledger.ts';
import type { HostCallMemo, HostServices } from '../../../apps/executor/src/host/host-calls.ts';
import { createTestTurns } from '../../../apps/executor/src/host/testing/open-gate.ts';
import { createSilentServices } from '../../../apps/executor/src/host/testing/silent-services.ts';
import type { Sandbox, SandboxProvider } from '../../../apps/executor/src/sandbox/sandbox.ts';

/** `input → (the given nodes, one after another) → output`. */
export const chain = (
  nodes: { id: string; type: string; config?: Record<string, unknown>; timeoutMs?: number }[],
  settings: WorkflowDefinitionInput['settings'] = {},
): WorkflowDefinition => {
  const all = [{ id: 'start', type: 'input' }, ...nodes, { id: 'end', type: 'output' }];
  return workflowDefinitionSchema.parse({
    nodes: all.map((node) => ({ name: `The ${node.id}`, ...node })),
    edges: all.slice(1).map((node, index) => ({ id: `e${index}`, source: all[index]?.id, target: node.id })),
    settings,
  });
};

/** Without a database there is nothing to resume from. */
const noMemo: HostCallMemo = { find: async () => undefined, answer: (_method, _params, _call, make) => make() };

export type DriveResult = { ending: Ending; events: EngineEvent[]; sandbox: Sandbox };

/** One engine in one real sandbox, without a database. */
export const drive = async ({
  provider,
  definition,
  input = null,
  finishedSteps = [],
  services = {},
  workspaceId = 'w',
  memoryMb = 512,
  unresponsiveAfterMs = 8_000,
  onEvent,
  signal = new AbortController().signal,
}: {
  provider: SandboxProvider;
  definition: WorkflowDefinition;
  input?: unknown;
  finishedSteps?: FinishedStep[];
  services?: Partial<HostServices>;
  workspaceId?: string;
  memoryMb?: number;
  unresponsiveAfterMs?: number;
  onEvent?: (event: EngineEvent, sandbox: Sandbox) => void | Promise<void>;
  signal?: AbortSignal;
}): Promise<DriveResult> => {
  const executionId = randomUUID();
  const lease = await provider.acquire({ workspaceId, executionId, attemptId: randomUUID(), memoryMb }, signal);
  const { sandbox } = lease;
  const events: EngineEvent[] = [];
  try {
    const ending = await driveSandbox({
      lease,
      start: { type: 'start', executionId, definition, input, attempts: {}, elapsedMs: 0 },
      finishedSteps,
      ledger: createStepLedger({ definition, finishedSteps }),
      services: { ...createSilentServices(), ...services },
      memo: noMemo,
      turns: createTestTurns(),
      record: async (event) => {
        events.push(event);
        await onEvent?.(event, sandbox);
      },
      signal,
      logger: pino({ level: 'silent' }),
      unresponsiveAfterMs,
    });
    return { ending, events, sandbox };
  } finally {
    lease.release();
  }
};

/** The error that the execution ended with; fails the test when it did not fail. */
export const errorOf = ({ ending }: DriveResult) => {
  if (ending.kind === 'failed') return ending.error;
  if (ending.kind === 'reported' && ending.event.type === 'execution_failed') return ending.event.error;
  throw new Error(`The execution did not fail: ${JSON.stringify(ending)}`);
};
