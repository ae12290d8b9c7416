import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { AgentAnswer, AgentTask } from '../agents/agent-task.ts';
import { meterHost } from '../agents/meter-host.ts';
import { runAgent } from '../agents/run-agent.ts';
import { ExecutionError } from '../engine/execution-errors.ts';
import { type FindNodeRuntime, getNodeRuntime } from '../engine/node-runtime.ts';
import { agentTaskOf } from '../nodes/agent/agent-task-of.ts';
import type { AgentConfig } from '../nodes/agent/definition.ts';
import { agentResult } from '../nodes/agent/execute.ts';
import { isTruthy } from '../nodes/condition/is-truthy.ts';
import type { CoordinatorConfig } from '../nodes/coordinator/definition.ts';
import { coordinate, coordinationOf } from '../nodes/coordinator/execute.ts';
import type { Execute, ExecuteContext } from '../nodes/node-type.ts';
import type { BoundTool } from '../tools/tool.ts';
import type { AgentFunction, RunView } from './agent.ts';

/** What an agent node does that no JSON can say. */
export type AgentExtras = { fn?: AgentFunction | undefined; tools: BoundTool[]; output?: z.ZodType | undefined };

/** Functions of a compiled workflow, by node id. */
export type NodeFunctions = {
  agents: Map<string, AgentExtras>;
  /** By specialist. */
  teams: Map<string, Map<string, BoundTool[]>>;
  conditions: Map<string, (view: RunView) => unknown>;
};

export const noFunctions = (): NodeFunctions => ({ agents: new Map(), teams: new Map(), conditions: new Map() });

/** The built-in node types, save that nodes with functions use them. */
export const runtimeWith =
  ({ agents, teams, conditions }: NodeFunctions): FindNodeRuntime =>
  (type) => {
    const base = getNodeRuntime(type);
    if (!base) return undefined;
    const replaced = <Config>(
      execute: (context: ExecuteContext<Config>) => ReturnType<Execute<Config>> | undefined,
    ) => ({
      definition: base.definition,
      // Each type's own config arrives here: the schema of its definition has parsed it.
      execute: (async (context: ExecuteContext<Config>) =>
        execute(context) ?? base.execute(context as ExecuteContext<never>)) as Execute<never>,
    });
    if (type === 'agent')
      return replaced<AgentConfig>((context) => {
        const extras = agents.get(context.nodeId);
        return extras && runWithExtras(extras, context);
      });
    if (type === 'coordinator')
      return replaced<CoordinatorConfig>((context) => {
        const tools = teams.get(context.nodeId);
        return tools && runTeam(tools, context);
      });
    if (type === 'condition')
      return replaced((context) => {
        const when = conditions.get(context.nodeId);
        return when && decide(when, context);
      });
    return base;
  };

const runWithExtras = async ({ fn, tools, output }: AgentExtras, context: ExecuteContext<AgentConfig>) => {
  const { host, read } = meterHost(context.host);
  const metered = { ...context, host };
  const task = await agentTaskOf(metered);
  const ask = async (prompt?: string): Promise<AgentAnswer> => {
    const asked: AgentTask = {
      ...task,
      ...(prompt === undefined ? {} : { prompt }),
      tools: [...(task.tools ?? []), ...tools],
    };
    const answer = await runAgent(asked, metered);
    return output ? { ...answer, output: parseWith(output, answer.output) } : answer;
  };
  if (!fn) {
    const answer = await ask();
    return agentResult({ ...answer, ...read() }, task.outputSchema ? answer.output : answer.text);
  }
  const view = viewOf(context);
  const { signal, log } = context;
  const result = await fn(inputOf(context, view), { ...view, ask, host, signal, log });
  const { modelCalls, usage, costUsd, cached } = read();
  const returned = output ? parseWith(output, result) : result;
  return {
    output: returned ?? null,
    usage,
    costUsd,
    ...(modelCalls > 0 ? { cached } : {}),
    reason: 'A function of the workflow gave it.',
  };
};

/** In a list: the item. */
const inputOf = ({ item }: ExecuteContext<unknown>, { previous }: RunView): unknown => item ?? previous;

const runTeam = async (tools: Map<string, BoundTool[]>, context: ExecuteContext<CoordinatorConfig>) => {
  const work = await coordinationOf(context);
  const specialists = work.specialists.map((specialist) => ({
    ...specialist,
    tools: [...(specialist.tools ?? []), ...(tools.get(specialist.id) ?? [])],
  }));
  return coordinate({ ...work, specialists }, context);
};

const decide = async (when: (view: RunView) => unknown, context: ExecuteContext<unknown>) => {
  const port = isTruthy(await when(viewOf(context))) ? 'true' : 'false';
  return { output: context.previous ?? null, ports: [port], reason: `The function gave ${port}.` };
};

/** What `AgentWorkflow.run` puts into the input. */
type RunInput = { task?: unknown; context?: unknown };

const viewOf = ({ input, previous, steps }: ExecuteContext<unknown>): RunView => {
  const { task, context } = (typeof input === 'object' && input !== null ? input : {}) as RunInput;
  // The first step gets the whole input, as a copy.
  return { task, context, steps, previous: isDeepStrictEqual(previous, input) ? task : previous };
};

const parseWith = (output: z.ZodType, value: unknown): unknown => {
  const parsed = output.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ExecutionError({
    code: 'output_invalid',
    message: `The agent’s output does not fit at ${issue?.path.join('.') || 'its top'}: ${issue?.message}.`,
    hint: 'Say in the prompt what the output must hold, or loosen the schema.',
  });
};
