import type { WorkflowDefinition } from '../../definition/workflow-definition.ts';
import { ExecutionError } from '../../engine/execution-errors.ts';
import { isRunnable, validateWorkflow } from '../../graph/validate-workflow.ts';
import type { Agent } from '../agent.ts';
import { type NodeFunctions, noFunctions } from '../node-functions.ts';
import type { WorkflowStep } from '../steps.ts';
import { addStep, type Compilation } from './add-step.ts';
import { at, createGraphBuilder, type Exit } from './graph-builder.ts';
import { promptAfter, TASK_PROMPT } from './prompts.ts';
import { createIdGiver, END, START } from './step-names.ts';

export type ErrorHandling =
  /** The first failure ends the run. */
  | 'fail'
  /** A failed step gives `null`, and the run goes on. */
  | 'continue'
  /** Three further attempts, with waits of 1, 2 and 4 s; then as `fail`. */
  | 'retry_3_times'
  /** `retries` further attempts. `backoff`: ms before the second attempt, doubled each time, 1000 when absent. */
  | { retries: number; backoff?: number };

export type WorkflowPlan = {
  agents: readonly WorkflowStep[];
  mode: 'sequential' | 'parallel' | 'conditional';
  errorHandling: ErrorHandling;
  maxParallel: number;
  /** Of the whole run, in ms. */
  timeoutMs?: number | undefined;
};

export type CompiledWorkflow = { definition: WorkflowDefinition; functions: NodeFunctions };

/** The graph that the same workflow would be on the canvas, and what JSON cannot hold. Throws `invalid_workflow`. */
export const compileWorkflow = (plan: WorkflowPlan): CompiledWorkflow => {
  refuseIdleConditions(plan);
  const graph = createGraphBuilder();
  const functions = noFunctions();
  const compilation = { graph, functions, giveId: createIdGiver(), policy: policyOf(plan.errorHandling) };
  graph.add({ id: START, type: 'input', name: 'Start', position: at(0, 0), config: { fields: [] } });
  const { exits, columns } = LAYOUTS[plan.mode](plan.agents, compilation);
  graph.add({ id: END, type: 'output', name: 'End', position: at(columns, 0), config: { value: '{{ previous }}' } });
  graph.connect(exits, END);
  const settings = {
    maxParallel: plan.maxParallel,
    ...(plan.timeoutMs === undefined ? {} : { timeoutMs: plan.timeoutMs }),
  };
  return { definition: validated({ nodes: graph.nodes, edges: graph.edges, settings }), functions };
};

type Laid = { exits: Exit[]; columns: number };
const FROM_START: Exit[] = [{ id: START, port: 'out' }];

/** Each works on what the one before gave. */
const layInSequence = (steps: readonly WorkflowStep[], compilation: Compilation): Laid => {
  let exits = FROM_START;
  let column = 1;
  let before: string | undefined;
  for (const step of steps) {
    const prompt = before === undefined ? TASK_PROMPT : promptAfter(before);
    const added = addStep(step, compilation, { place: { column, row: 0 }, prompt, before });
    compilation.graph.connect(exits, added.entry);
    exits = added.exits;
    column += added.columns;
    before = exits[0]?.id;
  }
  return { exits, columns: column };
};

/** All on the same task, at the same time. The results are by step id. */
const laySideBySide = (steps: readonly WorkflowStep[], compilation: Compilation): Laid => {
  const exits = steps.flatMap((step, row) => {
    refuseReview(step, 'parallel');
    const added = addStep(step, compilation, { place: { column: 1, row }, prompt: TASK_PROMPT });
    compilation.graph.connect(FROM_START, added.entry);
    return added.exits;
  });
  return { exits, columns: 3 };
};

/** The first whose `when` is true; else the one without; else none, and the result is `null`. */
const layAsBranches = (steps: readonly WorkflowStep[], compilation: Compilation): Laid => {
  const { graph } = compilation;
  const branches = steps.filter(hasCondition);
  const [otherwise, ...more] = steps.filter((step) => !hasCondition(step));
  if (more.length > 0)
    throw new TypeError('In the mode “conditional” only one step may have no `when`: it takes everything else.');
  const exits: Exit[] = [];
  const add = (step: WorkflowStep, from: Exit[], column: number) => {
    refuseReview(step, 'conditional');
    const added = addStep(step, compilation, { place: { column, row: 1 }, prompt: TASK_PROMPT });
    graph.connect(from, added.entry);
    exits.push(...added.exits);
  };
  let from = FROM_START;
  let column = 1;
  for (const branch of branches) {
    const id = addCondition(branch, compilation, column);
    graph.connect(from, id);
    add(branch, [{ id, port: 'true' }], column + 1);
    from = [{ id, port: 'false' }];
    column += 2;
  }
  if (otherwise) add(otherwise, from, column + 1);
  else {
    const id = compilation.giveId('no branch');
    graph.add({
      id,
      type: 'transform',
      name: 'No branch',
      position: at(column + 1, 1),
      config: { mode: 'jsonata', expression: 'null' },
    });
    graph.connect(from, id);
    exits.push({ id, port: 'out' });
  }
  return { exits, columns: column + 3 };
};

const LAYOUTS = { sequential: layInSequence, parallel: laySideBySide, conditional: layAsBranches };

type Branch = Agent & { options: { when: NonNullable<Agent['options']['when']> } };
const hasCondition = (step: WorkflowStep): step is Branch => step.kind === 'agent' && step.options.when !== undefined;

const addCondition = (
  { name, options: { when } }: Branch,
  { graph, functions, giveId }: Compilation,
  column: number,
): string => {
  const id = giveId(`when ${name}`);
  const isText = typeof when === 'string';
  // A function decides in its place; see `runtimeWith`.
  const config = { mode: 'if', condition: isText ? when : '{{ true }}' };
  graph.add({ id, type: 'condition', name: `When: ${name}`, position: at(column, 0), config });
  if (!isText) functions.conditions.set(id, when);
  return id;
};

/** Somebody who wrote a condition expects it to count. */
const refuseIdleConditions = ({ agents, mode }: WorkflowPlan): void => {
  const idle = mode === 'conditional' ? undefined : agents.find(hasCondition);
  if (idle) throw new TypeError(`“${idle.name}” has a \`when\`, which counts in the mode “conditional” only.`);
};

const refuseReview = ({ kind }: WorkflowStep, mode: string): void => {
  if (kind === 'review')
    throw new TypeError(`A review needs a step before it, which the mode “${mode}” does not have.`);
};

const policyOf = (handling: ErrorHandling): Compilation['policy'] => {
  if (handling === 'fail') return {};
  if (handling === 'continue') return { onError: 'continue' };
  const { retries, backoff } = handling === 'retry_3_times' ? { retries: 3, backoff: 1_000 } : handling;
  return { retry: { maxAttempts: retries + 1, backoffMs: backoff ?? 1_000, backoffFactor: 2 } };
};

const validated = (input: unknown): WorkflowDefinition => {
  const { definition, problems } = validateWorkflow(input);
  if (definition && isRunnable(problems)) return definition;
  throw invalidWorkflow(problems.filter(({ severity }) => severity === 'error').map(({ message }) => message));
};

export const invalidWorkflow = (problems: readonly string[]): ExecutionError =>
  new ExecutionError({
    code: 'invalid_workflow',
    message: `The workflow cannot run: ${problems.slice(0, 10).join(' ')}`.slice(0, 4_000),
    hint: 'Correct what is named.',
  });
