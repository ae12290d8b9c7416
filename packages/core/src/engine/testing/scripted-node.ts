import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import type { Host } from '../../host/host.ts';
import type { Execute, NodeDefinition } from '../../nodes/node-type.ts';
import { ExecutionError, executionErrorCodeSchema } from '../execution-errors.ts';
import type { FindNodeRuntime } from '../node-runtime.ts';

const config = z.strictObject({
  /** Attempts that fail before one does not. */
  failures: z.int().default(0),
  /** Empty: a plain error. */
  errorCode: executionErrorCodeSchema.optional(),
  retryAfterMs: z.number().optional(),
  delayMs: z.number().default(0),
  /** Waits forever and pays no heed to its signal. */
  hangs: z.boolean().default(false),
  ports: z.array(z.string()).optional(),
  text: template({ title: 'Text' }).default(''),
  logs: z.int().default(0),
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
  const { attempt } = nextCall();
  for (let line = 0; line < config.logs; line += 1) log('info', `line ${line}`);
  if (config.hangs) await new Promise(() => undefined);
  if (config.delayMs > 0) await host.clock.sleep(config.delayMs, signal);
  if (attempt <= config.failures) {
    if (!config.errorCode) throw new Error('boo');
    throw new ExecutionError({ code: config.errorCode, message: 'boo' }, { retryAfterMs: config.retryAfterMs });
  }
  const output = config.text
    ? await context.evaluate(config.text)
    : { id: context.nodeId, sees: digest({ previous: context.previous, steps: context.steps, input: context.input }) };
  return { output, ports: config.ports };
};

/** Short, and different for different data. */
const digest = (value: unknown): number => {
  let hash = 7;
  for (const character of JSON.stringify(value)) hash = (hash * 31 + character.charCodeAt(0)) | 0;
  return hash;
};

/** Every node type, `input` and `output` included, is the scripted one; `unknown` is none. */
export const scriptedNodes: FindNodeRuntime = (type) => (type === 'unknown' ? undefined : { definition, execute });

const unavailable = () => Promise.reject(new Error('This test calls nothing outside.'));

/** A host with a clock and nothing else. */
export const hostWith = (clock: Host['clock']): Host => ({
  model: { generate: unavailable },
  http: { fetch: unavailable },
  code: { run: unavailable },
  clock,
});
