import { z } from 'zod';
import { workflowDefinitionSchema } from '../../definition/workflow-definition.ts';
import { isSuspended } from '../../host/suspended.ts';
import type { Execute, NodeDefinition } from '../../nodes/node-type.ts';
import type { NodeRuntime } from '../node-runtime.ts';
import { parseIteration } from '../parse-iteration.ts';

const BASE = {
  type: 'transform',
  title: 'Scripted',
  summary: 'Does what its config says.',
  aliases: [],
  category: 'flow',
  icon: 'Script',
  inputs: [{ id: 'in', label: 'In' }],
  outputs: () => [{ id: 'out', label: 'Out' }],
  defaultTimeoutMs: 60_000,
} satisfies Partial<NodeDefinition>;

const typed = <Config extends z.ZodObject>(
  definition: Pick<NodeDefinition<Config>, 'config'> & Partial<NodeDefinition<Config>>,
  execute: Execute<z.output<Config>>,
): NodeRuntime => ({ definition: { ...BASE, defaults: {}, ...definition } as unknown as NodeDefinition, execute });

/** A map over the numbers below `items`. */
const each = typed(
  {
    contains: 'body',
    config: z.strictObject({
      items: z.int().default(2),
      parallel: z.int().default(2),
      onError: z.enum(['fail', 'null']).default('fail'),
    }),
  },
  async ({ config, runBody }) => {
    const output: unknown[] = [];
    let next = 0;
    let suspended: unknown;
    const lane = async () => {
      while (next < config.items) {
        const index = next++;
        try {
          output[index] = await runBody({ index, item: index * 10, previous: index * 10 });
        } catch (error) {
          if (isSuspended(error)) suspended = error;
          else if (config.onError === 'fail') throw error;
          else output[index] = null;
        }
      }
    };
    await Promise.all(Array.from({ length: config.parallel }, lane));
    if (suspended) throw suspended;
    return { output };
  },
);

/** A loop of so many rounds. */
const again = typed(
  { contains: 'body', config: z.strictObject({ rounds: z.int().default(2) }) },
  async ({ config, previous, runBody }) => {
    let output = previous;
    for (let index = 0; index < config.rounds; index += 1) output = await runBody({ index, previous: output });
    return { output };
  },
);

/** Runs one workflow after the other and gives their results. */
const call = typed(
  { config: z.strictObject({ workflows: z.array(workflowDefinitionSchema) }) },
  async ({ config, previous, runNested }) => {
    const output: unknown[] = [];
    for (const definition of config.workflows) output.push(await runNested({ definition, input: previous }));
    return { output };
  },
);

/** An evaluation that is satisfied the `passes`-th time, from 0. */
const check = typed(
  {
    config: z.strictObject({ judged: z.string().optional(), passes: z.int().default(1), delayMs: z.int().default(0) }),
    judged: ({ judged }) => judged,
    outputs: () => [
      { id: 'pass', label: 'Pass' },
      { id: 'fail', label: 'Fail' },
    ],
  },
  async ({ nodeId, iteration, config, previous, host, signal }) => {
    if (config.delayMs > 0) await host.clock.sleep(config.delayMs, signal);
    const last = parseIteration(iteration)?.at(-1);
    const round = last?.nodeId === nodeId ? last.index : 0;
    const isPassed = round >= config.passes;
    return { output: { isPassed, round, value: previous }, ports: [isPassed ? 'pass' : 'back'] };
  },
);

const merge = typed(
  {
    config: z.strictObject({ count: z.int().optional(), cancels: z.boolean().default(false) }),
    startsAfter: ({ count }) => count ?? 'all',
    cancelsOthers: ({ cancels }) => cancels,
  },
  async ({ previous }) => ({ output: previous }),
);

const note = typed({ config: z.strictObject({}), canvasOnly: true }, async () => {
  throw new Error('A note was run.');
});

export const scriptedContainers: Record<string, NodeRuntime> = { each, again, call, check, merge, note };
