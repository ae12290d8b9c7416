import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import type { Host } from '../../host/host.ts';
import { Suspended } from '../../host/suspended.ts';
import type { Execute, NodeDefinition } from '../../nodes/node-type.ts';
import { ExecutionError, executionErrorCodeSchema } from '../execution-errors.ts';
import type { FindNodeRuntime, NodeRuntime } from '../node-runtime.ts';
import { stepKey } from '../step-key.ts';
import { scriptedContainers } from './scripted-containers.ts';

const config = z.strictObject({
  /** Attempts that fail before one does not. */
  failures: z.int().default(0),
  /** Empty: a plain error. */
  errorCode: executionErrorCodeSchema.optional(),
  retryAfterMs: z.number().optional(),
  delayMs: z.number().default(0),
  /** Waits forever and pays no heed to its signal. */
  hangs: z.boolean().default(false),
  /** Asks a person before it goes on. */
  asks: z.boolean().default(false),
  ports: z.array(z.string()).optional(),
  text: template({ title: 'Text' }).default(''),
  logs: z.int().default(0),
  deltas: z.array(z.string()).default([]),
});

const definition: NodeDefinition<typeof config> = {
  type: 'transform',
  title: 'Scripted',
  summary: 'Does what its config says.',
  aliases: [],
  category: 'flow',
  icon: 'Script',
  config,
  defaults: {},
  inputs: [{ id: 'in', label: 'In' }],
  outputs: () => [{ id: 'out', label: 'Out' }],
  defaultTimeoutMs: 60_000,
};

const execute: Execute<z.output<typeof config>> = async ({ config, host, signal, nextCall, log, ...context }) => {
  const call = nextCall();
  for (let line = 0; line < config.logs; line += 1) log('info', `line ${line}`);
  for (const text of config.deltas) call.onDelta?.(text);
  if (config.hangs) await new Promise(() => undefined);
  if (config.delayMs > 0) await host.clock.sleep(config.delayMs, signal);
  if (call.attempt <= config.failures) {
    if (!config.errorCode) throw new Error('boo');
    throw new ExecutionError({ code: config.errorCode, message: 'boo' }, { retryAfterMs: config.retryAfterMs });
  }
  if (config.asks) await host.human.ask({ kind: 'approval', title: 'Go on?' }, call);
  const { previous, steps, input, item, index, feedback } = context;
  const output = config.text
    ? await context.evaluate(config.text)
    : { id: context.nodeId, sees: digest({ previous, steps, input, item, index, feedback }) };
  return { output, ports: config.ports };
};

/** Short, and different for different data. */
const digest = (value: unknown): number => {
  let hash = 7;
  for (const character of JSON.stringify(value)) hash = (hash * 31 + character.charCodeAt(0)) | 0;
  return hash;
};

/** `each`, `again`, `call`, `check`, `merge` and `note` are what they say; every other type but `unknown` is the scripted one. */
export const scriptedNodes: FindNodeRuntime = (type) => {
  if (type === 'unknown') return undefined;
  return Object.hasOwn(scriptedContainers, type) ? scriptedContainers[type] : SCRIPTED_NODE;
};

const SCRIPTED_NODE: NodeRuntime = { definition, execute };

const unavailable = () => Promise.reject(new Error('This test calls nothing outside.'));

/** Whether a person has answered a step, by its `stepKey`; those that nobody asked count as well. */
export type Answers = { has: (key: string) => boolean };

/** A host with a clock, and a person who answers some steps and lets the others wait. */
export const hostWith = (clock: Host['clock'], answers: Answers = new Set()): Host => ({
  model: { generate: unavailable },
  http: { fetch: unavailable },
  files: { read: unavailable, write: unavailable, list: unavailable },
  database: { query: unavailable },
  websocket: { exchange: unavailable },
  mcp: { listTools: unavailable, callTool: unavailable },
  human: {
    ask: async (_, { nodeId, iteration }) => {
      if (!answers.has(stepKey(nodeId, iteration))) throw new Suspended({ kind: 'human' });
      return { kind: 'answered', response: { approved: true }, by: 'Ada', at: clock.now() };
    },
  },
  workflow: { load: unavailable },
  timer: { wait: unavailable, now: async () => clock.now() },
  code: { run: unavailable },
  clock,
});
