import { evaluateExpression } from '../../expressions/expression.ts';
import { evaluateTemplate, renderTemplate } from '../../expressions/template.ts';
import type { Host } from '../../host/host.ts';
import { createInProcessHost, type InProcessHostOptions } from '../../host/in-process-host.ts';
import { NODE_DEFINITIONS } from '../definitions.ts';
import { NODE_EXECUTORS } from '../executors.ts';
import type { ExecuteContext, ExecuteResult, NodeType } from '../node-type.ts';

type Given = {
  /** Laid over the type's defaults. */
  config?: Record<string, unknown>;
  input?: unknown;
  previous?: unknown;
  steps?: Record<string, { output: unknown }>;
  host?: InProcessHostOptions;
  signal?: AbortSignal;
};

export type Logged = { level: string; message: string };

/** One attempt of one node with the real expressions and a real in-process host, without a scheduler around it. */
export const runNode = async (type: NodeType, given: Given = {}): Promise<ExecuteResult & { logs: Logged[] }> => {
  const definition = NODE_DEFINITIONS[type];
  const { input = {}, previous = null, steps = {} } = given;
  const scope = { input, previous, steps };
  const signal = given.signal ?? new AbortController().signal;
  const host: Host = createInProcessHost(given.host);
  const logs: Logged[] = [];
  let index = 0;
  const context: ExecuteContext<unknown> = {
    nodeId: 'node',
    config: definition.config.parse({ ...definition.defaults, ...given.config }),
    ...scope,
    evaluate: (template) => evaluateTemplate(template, scope),
    render: (template) => renderTemplate(template, scope),
    query: (expression) => evaluateExpression(expression, scope),
    host,
    nextCall: () => ({ nodeId: 'node', attempt: 1, index: index++, signal }),
    signal,
    log: (level, message) => logs.push({ level, message }),
    timeoutMs: definition.defaultTimeoutMs,
  };
  // The config comes from the type's own schema, which is all that `never` asks for.
  const result = await NODE_EXECUTORS[type](context as ExecuteContext<never>);
  return { ...result, logs };
};
