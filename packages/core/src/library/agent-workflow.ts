import type { z } from 'zod';
import { meterHost } from '../agents/meter-host.ts';
import type { budgetSchema, WorkflowDefinition } from '../definition/workflow-definition.ts';
import type { EngineEvent, FinishedStep } from '../engine/events.ts';
import type { Host } from '../host/host.ts';
import type { Usage } from '../models/model-call.ts';
import { type CollectedRun, collectRun } from './collect-run.ts';
import { type CompiledWorkflow, compileWorkflow, type ErrorHandling } from './compile/compile-workflow.ts';
import { createHost, type ModelHost } from './create-host.ts';
import { runtimeWith } from './node-functions.ts';
import { runWorkflow } from './run-workflow.ts';
import type { WorkflowStep } from './steps.ts';

export type AgentWorkflowOptions = {
  /** Agents, and what `review`, `forEach` and `team` make. */
  agents: readonly WorkflowStep[];
  /**
   * `sequential` (default): each works on what the one before gave. `parallel`: all on the same task at the same time;
   * the results are by step id. `conditional`: the first agent whose `when` is true, else the one without a `when`.
   */
  mode?: 'sequential' | 'parallel' | 'conditional';
  /** What a failure of a step means. Default `fail`. */
  errorHandling?: ErrorHandling;
  /** Steps at the same time. Default 5. */
  maxParallel?: number;
  /** Of the whole run, in milliseconds. Default 600,000. */
  timeout?: number;
};

export type WorkflowRunOptions = {
  /** JSON that every agent sees beside its task. */
  context?: unknown;
  /** Cancels the run. */
  signal?: AbortSignal;
  /** For all model calls of the run: dollars, tokens, calls, seconds; each is checked before a call is made. */
  budget?: z.input<typeof budgetSchema>;
  /** Answers what the agents ask of the outside. Default: `createHost()`, with the offline demo model. */
  host?: Host;
  /** `finished` of an earlier run of the same workflow on the same input: those steps do not run again. */
  resumeFrom?: readonly FinishedStep[];
  /** Sees each event as it comes. */
  onEvent?: (event: EngineEvent) => void;
};

export type WorkflowResult<Results = unknown> = Omit<CollectedRun, 'results'> & {
  /** What the last step gave; `parallel`: by step id. `null` unless the run completed. */
  results: Results;
  /** Milliseconds. */
  executionTime: number;
  /** US dollars, of all model calls of this run, those of failed steps included. */
  totalCost: number;
  usage: Usage;
};

/**
 * Agents that work together. It compiles to the same graph that the canvas draws (`definition`) and runs on the same
 * engine. Throws `ExecutionError` (`invalid_workflow`) or `TypeError` when it cannot be built.
 *
 * @example
 * const workflow = new AgentWorkflow({ agents: [researcher, writer], errorHandling: 'retry_3_times' });
 * const { results, totalCost } = await workflow.run('Tea in Japan');
 */
export class AgentWorkflow {
  readonly #compiled: CompiledWorkflow;

  constructor({ agents, mode = 'sequential', errorHandling = 'fail', maxParallel = 5, timeout }: AgentWorkflowOptions) {
    if (agents.length === 0) throw new TypeError('A workflow needs at least one agent.');
    this.#compiled = compileWorkflow({ agents, mode, errorHandling, maxParallel, timeoutMs: timeout });
  }

  /** The graph, as JSON: to look at, to store, to import into the builder. Functions are not in it. */
  get definition(): WorkflowDefinition {
    return structuredClone(this.#compiled.definition);
  }

  /** Runs to the end. Resolves also when it failed, was cancelled or waits: `status` says so, `errors` says why. */
  async run<Results = unknown>(task: unknown, options: WorkflowRunOptions = {}): Promise<WorkflowResult<Results>> {
    const base: Host & Partial<ModelHost> = options.host ?? createHost();
    const { host, read } = meterHost(base);
    const run = await collectRun(this.#events(task, { ...options, host }), options.onEvent);
    const { usage, costUsd } = read();
    // What the caller expects of its own agents; their zod schemas have checked it.
    return { ...run, results: run.results as Results, totalCost: costUsd, usage };
  }

  /** The same as events, with `step_delta` as the models write. Leaving the loop cancels the run. */
  stream(task: unknown, options: Omit<WorkflowRunOptions, 'onEvent'> = {}): AsyncGenerator<EngineEvent, void, void> {
    return this.#events(task, options);
  }

  #events(task: unknown, { context = null, host, signal, budget, resumeFrom }: WorkflowRunOptions) {
    const { definition, functions } = this.#compiled;
    return runWorkflow(
      definition,
      { task, context },
      {
        nodeRuntime: runtimeWith(functions),
        ...(host ? { host } : {}),
        ...(signal ? { signal } : {}),
        ...(budget ? { budget } : {}),
        ...(resumeFrom ? { resumeFrom } : {}),
      },
    );
  }
}
