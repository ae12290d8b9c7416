import type { WorkflowDefinition } from '../definition/workflow-definition.ts';
import type { Host } from '../host/host.ts';
import type { EngineEvent, FinishedStep } from './events.ts';
import type { FindNodeRuntime } from './node-runtime.ts';
import type { StopSignal } from './stop-signal.ts';

export type RunOptions = {
  host: Host;
  /** Steps that are finished already, of an earlier attempt or given: they do not run and are not reported again. */
  resumeFrom?: readonly FinishedStep[];
  /** Runs these nodes of the top scope and no others; what they need of others comes from `resumeFrom`. */
  only?: readonly string[];
  /** For a resumed execution: the attempt that a step was in when it was interrupted, by `stepKey(nodeId, iteration)`. */
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
