import { evaluateExpression } from '../../expressions/expression.ts';
import { evaluateTemplate, renderTemplate } from '../../expressions/template.ts';
import type { Host } from '../../host/host.ts';
import { createInProcessHost, type InProcessHostOptions } from '../../host/in-process-host.ts';
import { NODE_DEFINITIONS } from '../definitions.ts';
import { NODE_EXECUTORS } from '../executors.ts';
import type { ExecuteContext, ExecuteResult, NodeType, StepReport } from '../node-type.ts';

type Given = {
  /** Laid over the type's defaults. */
  config?: Record<string, unknown>;
  input?: unknown;
  previous?: unknown;
  steps?: Record<string, { output: unknown }>;
  host?: InProcessHostOptions;
  signal?: AbortSignal;
} & Partial<
  Pick<ExecuteContext<unknown>, 'item' | 'index' | 'feedback' | 'iteration' | 'runBody' | 'runNested' | 'timeoutMs'>
>;

export type Logged = { level: string; message: string };

const nothingToRun = () => Promise.reject(new Error('This test gives the node nothing to run inside.'));

/** One attempt of one node with the real expressions and a real in-process host, without a scheduler around it. */
export const runNode = async (
  type: NodeType,
  given: Given = {},
): Promise<ExecuteResult & { logs: Logged[]; reports: StepReport[] }> => {
  const definition = NODE_DEFINITIONS[type];
  const { input = {}, previous = null, steps = {}, item, index, feedback, iteration = '' } = given;
  const inBody = {
    ...(item === undefined ? {} : { item }),
    ...(index === undefined ? {} : { index }),
    ...(feedback === undefined ? {} : { feedback }),
  };
  const scope = { input, previous, steps, ...inBody };
  const signal = given.signal ?? new AbortController().signal;
  const host: Host = createInProcessHost(given.host);
  const logs: Logged[] = [];
  const reports: StepReport[] = [];
  let calls = 0;
  const context: ExecuteContext<unknown> = {
    nodeId: 'node',
    iteration,
    config: definition.config.parse({ ...definition.defaults, ...given.config }),
    ...scope,
    evaluate: (template) => evaluateTemplate(template, scope),
    render: (template) => renderTemplate(template, scope),
    query: (expression) => evaluateExpression(expression, scope),
    host,
    nextCall: () => ({ nodeId: 'node', iteration, attempt: 1, index: calls++, signal }),
    signal,
    runBody: given.runBody ?? nothingToRun,
    runNested: given.runNested ?? nothingToRun,
    report: (report) => reports.push(report),
    log: (level, message) => logs.push({ level, message }),
    timeoutMs: given.timeoutMs ?? definition.defaultTimeoutMs,
  };
  // The config comes from the type's own schema, which is all that `never` asks for.
  const result = await NODE_EXECUTORS[type](context as ExecuteContext<never>);
  return { ...result, logs, reports };
};
