import type { WorkflowDefinition } from '../definition/workflow-definition.ts';
import type { Host } from '../host/host.ts';
import type { EngineEvent, FinishedStep } from './events.ts';
import type { FindNodeRuntime } from './node-runtime.ts';
import type { StopSignal } from './stop-signal.ts';

export type RunOptions = {
  host: Host;
  /** Steps of an earlier attempt: they do not run and are not reported again, in any order. */
  resumeFrom?: readonly FinishedStep[];
  /** For a resumed execution: the attempt that a step was in when it was interrupted, by node id. */
  attempts?: Readonly<Record<string, number>>;
  /** For a resumed execution: what it has used of its time limit already, in ms. */
  elapsedMs?: number;
  /** Seen by expressions as `execution.id`. */
  executionId?: string;
  /** Cancels the execution. */
  signal?: AbortSignal;
  /** Replaces the built-in node types. */
  nodeRuntime?: FindNodeRuntime;
};

/** One run of a workflow, as the parts of the engine hand it to each other. */
export type Execution = {
  definition: WorkflowDefinition;
  input: unknown;
  options: RunOptions;
  stopping: StopSignal;
  emit: (event: EngineEvent) => void;
};
