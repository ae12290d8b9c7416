import type { WorkflowDefinition } from '../definition/workflow-definition.ts';
import type { ExpressionScope } from '../expressions/expression.ts';
import type { Host } from '../host/host.ts';
import type { EngineEvent, FinishedStep, Wait } from './events.ts';
import type { ExecutionErrorData } from './execution-errors.ts';
import type { FindNodeRuntime } from './node-runtime.ts';
import type { ScopePlan, WorkflowPlan } from './plan.ts';
import type { Replay } from './replay.ts';
import type { Slots } from './slots.ts';
import type { StopSignal } from './stop-signal.ts';

export type RunOptions = {
  host: Host;
  /** Steps that are finished already, of an earlier attempt or given: they do not run and are not reported again. */
  resumeFrom?: readonly FinishedStep[];
  /**
   * Runs these nodes of the top scope and no others; what they need of others comes from `resumeFrom`. Those that
   * need none of each other run even where no branch leads to them. Their outputs are the results.
   */
  only?: readonly string[];
  /** For a resumed execution: the attempt that a step was in when it was interrupted, by `stepKey(nodeId, iteration)`. */
  attempts?: Readonly<Record<string, number>>;
  /** For a resumed execution: what it has used of its time limit already, in ms. */
  elapsedMs?: number;
  /** Seen by expressions as `execution.id`. */
  executionId?: string;
  /** Cancels the execution. */
  signal?: AbortSignal;
  /**
   * Waited for before the step does what may hold this thread for long, such as an expression that loops, or asks the
   * host: time to tell others that the step has started.
   */
  beforeWork?: (step: { nodeId: string; iteration: string }) => Promise<void>;
  /** Replaces the built-in node types. */
  nodeRuntime?: FindNodeRuntime;
};

/** What all scopes of one execution share. */
export type Engine = {
  host: Host;
  /** Worked out once for each definition. */
  planOf: (definition: WorkflowDefinition) => WorkflowPlan;
  executionId: string | undefined;
  /** In which steps were interrupted, by `stepKey`. */
  attempts: ReadonlyMap<string, number>;
  replay: Replay;
  slots: Slots;
  beforeWork: RunOptions['beforeWork'];
  emit: (event: EngineEvent) => void;
};

/** One run of one scope: of the workflow itself, of a container's body in one round, of a nested workflow. */
export type ScopeRun = {
  kind: 'top' | 'body' | 'nested';
  workflow: WorkflowPlan;
  plan: ScopePlan;
  iteration: string;
  /** The workflow's input, as plain JSON. */
  input: unknown;
  /** What the first nodes see as `previous`. */
  previous: unknown;
  /** Of a body: what its container sees. */
  outer?: Pick<ExpressionScope, 'steps' | 'item' | 'index'>;
  /** Of the top scope: the nodes to run. */
  only?: ReadonlySet<string>;
  /** How many workflows run around this one. */
  depth: number;
  stopping: StopSignal;
};

/** A step that waits. Steps that wait inside another one, which then waits as well, come before it. */
export type WaitingStep = Wait & { isLeaf: boolean };

export type ScopeEnd =
  | { kind: 'completed'; output: unknown }
  | { kind: 'failed'; error: ExecutionErrorData }
  /** From outside. */
  | { kind: 'cancelled' }
  /** Nothing runs any more, and at least one step waits. */
  | { kind: 'waiting'; waits: WaitingStep[] };

export type RunScope = (engine: Engine, scope: ScopeRun) => Promise<ScopeEnd>;

/** One run of a workflow, as it was asked for. */
export type Execution = {
  definition: WorkflowDefinition;
  input: unknown;
  options: RunOptions;
  slots: Slots;
  stopping: StopSignal;
  emit: (event: EngineEvent) => void;
};
