import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { stepKey } from '@agentweaver/core/engine/step-key';
import type { StoredEngineEvent } from './execution-events.ts';

/** The node that a step runs: of the execution's definition, or of a workflow that runs inside one of its steps. */
export type FindStepNode = (step: { nodeId: string; iteration: string }) => WorkflowNode | undefined;

/** What a batch of events says of one step; only the members that are there are written. */
export type StepPatch = {
  nodeId: string;
  iteration: string;
  status?: 'running' | 'waiting' | 'completed' | 'failed' | 'skipped' | 'cancelled';
  attempts?: number;
  input?: { value: unknown };
  output?: { value: unknown };
  ports?: string[];
  error?: { value: unknown };
  continued?: boolean;
  reason?: string;
  model?: string;
  inputTokens?: number;
  outputTokens?: number;
  costUsd?: number;
  cached?: boolean;
  cpuMs?: number;
  memoryPeakKib?: number;
  startedAt?: number;
  completedAt?: number;
};

/** Events that say nothing of the step's row. */
const ONLY_LOGGED = ['execution_started', 'step_log', 'tool_started', 'tool_completed', 'message'] as const;
type StepEvent = Exclude<StoredEngineEvent, { type: (typeof ONLY_LOGGED)[number] }>;

const isStepEvent = (event: StoredEngineEvent): event is StepEvent =>
  !(ONLY_LOGGED as readonly string[]).includes(event.type);

/** Folds a batch into one patch per step. */
export const foldSteps = (events: readonly StoredEngineEvent[]): StepPatch[] => {
  const patches = new Map<string, StepPatch>();
  for (const event of events.filter(isStepEvent)) {
    const { nodeId, iteration } = event;
    const key = stepKey(nodeId, iteration);
    const before = patches.get(key) ?? { nodeId, iteration };
    const patch = { ...before, ...patchOf(event) };
    // A step starts with its first attempt.
    patches.set(key, { ...patch, startedAt: before.startedAt ?? patch.startedAt });
  }
  return [...patches.values()];
};

const patchOf = (event: StepEvent): Partial<StepPatch> => {
  switch (event.type) {
    case 'step_started':
      return {
        status: 'running',
        attempts: event.attempt,
        input: { value: event.input },
        error: { value: null },
        startedAt: event.at,
      };
    case 'step_retrying':
      return { status: 'running', attempts: event.attempt, error: { value: event.error } };
    case 'step_waiting':
      return { status: 'waiting', attempts: event.attempt };
    case 'step_completed':
      return {
        status: 'completed',
        attempts: event.attempt,
        output: { value: event.output },
        error: { value: null },
        ports: event.ports,
        reason: event.reason,
        model: event.model,
        inputTokens: event.usage?.inputTokens,
        outputTokens: event.usage?.outputTokens,
        costUsd: event.costUsd,
        cached: event.cached,
        cpuMs: event.cpuMs,
        memoryPeakKib: event.memoryPeakKib,
        completedAt: event.at,
      };
    case 'step_failed':
      return {
        status: 'failed',
        attempts: event.attempt,
        error: { value: event.error },
        continued: event.continued,
        cpuMs: event.cpuMs,
        memoryPeakKib: event.memoryPeakKib,
        ...(event.continued ? { output: { value: event.output ?? null }, ports: event.ports ?? [] } : {}),
        completedAt: event.at,
      };
    case 'step_skipped':
      return { status: 'skipped', reason: event.reason, completedAt: event.at };
    case 'step_cancelled':
      return { status: 'cancelled', completedAt: event.at };
  }
};
