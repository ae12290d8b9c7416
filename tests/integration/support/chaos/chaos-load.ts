import { setTimeout as sleep } from 'node:timers/promises';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { ExecutionQueue } from '@agentweaver/db/queue';
import { startExecution } from '@agentweaver/db/start-execution';
import { createWorkflow } from '@agentweaver/db/workflow-store';
import { graph } from '../graph.ts';
import type { ModelServer } from '../model-server.ts';
import { createTestWorkspace } from '../workspace.ts';
import type { Random } from './random.ts';

/** Executions that are under way at any time. */
const UNDER_WAY = 8;
const LOOK_MS = 150;

/** What was started, by its idempotency key. A start whose answer was lost is repeated until it is here. */
export type Started = Map<string, { kind: Kind; executionId: string }>;

export type ChaosLoad = {
  started: Started;
  /** Resolves when no more are started; those under way go on. */
  stop: () => Promise<void>;
  /** Forgets also what is being started: its servers are about to go. */
  abandon: () => void;
};

const ends = [
  { id: 'start', type: 'input' },
  { id: 'end', type: 'output' },
];
/** Some of these are always in the middle of user code when something breaks. */
const code = (id: string, result: string) => ({
  id,
  type: 'code',
  config: {
    source: `for (const until = Date.now() + 30 + 150 * Math.random(); Date.now() < until; ); return ${result};`,
    memoryMb: 32,
  },
});
const ask = (id: string, prompt: string, config: Record<string, unknown> = {}) => ({
  id,
  type: 'agent',
  config: { role: 'worker', prompt, ...config },
});
const settings = { memoryMb: 256 };

/** Each prompt is of one step of one execution only: what is asked twice is seen. */
const DEFINITIONS = {
  steps: graph(
    [
      ...ends,
      code('first', 'input.key + " 1"'),
      { id: 'wait', type: 'delay', config: { seconds: 1 } },
      code('second', 'input.key + " 2"'),
      { id: 'last', type: 'transform', config: { mode: 'template', template: '{{ previous }} 3' } },
    ],
    ['start>first', 'first>wait', 'wait>second', 'second>last', 'last>end'],
    settings,
  ),
  map: graph(
    [
      ...ends,
      { id: 'each', type: 'map', config: { list: '{{ [1, 2, 3, 4] }}', maxParallel: 2 } },
      { ...code('work', 'previous + 10'), parent: 'each' },
      { ...ask('tell', '{{ input.key }} tells {{ previous }}'), parent: 'each' },
    ],
    ['start>each', 'each>end', 'work>tell'],
    settings,
  ),
  agents: graph(
    [
      ...ends,
      ask('plan', '{{ input.key }} plans', { tools: [{ tool: 'calculator' }] }),
      code('check', 'String(previous).length > 0'),
      ask('write', '{{ input.key }} writes'),
    ],
    ['start>plan', 'plan>check', 'check>write', 'write>end'],
    settings,
  ),
};
export type Kind = keyof typeof DEFINITIONS;
const KINDS: readonly [Kind, ...Kind[]] = ['steps', 'map', 'agents'];

/** Whether an execution gave what its workflow says. */
export const isRightResult = (kind: Kind, key: string, results: unknown): boolean => {
  switch (kind) {
    case 'steps':
      return results === `${key} 2 3`;
    case 'map':
      return Array.isArray(results) && results.length === 4 && results.every((result) => ANSWER.test(String(result)));
    case 'agents':
      return ANSWER.test(String(results));
  }
};

const ANSWER = /^answer (\d+)$/;

/** Which request of the counting server an answer came from; an answer with a tool call names it in the call. */
export const requestOf = (response: unknown): number | undefined => {
  const found = /answer (\d+)/.exec(JSON.stringify(response)) ?? /use-(\d+)-/.exec(JSON.stringify(response));
  return found ? Number(found[1]) : undefined;
};

/** Uses of its tool before the agent answers: what interrupts it finds most of its calls answered and paid. */
const TOOL_TURNS = 5;

/** What the tool has counted up to, which is the last number of its answer; `undefined` in calls of those that have none. */
const turnOf = (prompt: string): number | undefined => {
  if (prompt.endsWith('plans')) return 0;
  return /tells|writes/.test(prompt) ? undefined : Number(/\d+(?=\D*$)/.exec(prompt)?.[0] ?? TOOL_TURNS);
};

/** Keeps executions flowing: as many as end are started. */
export const startChaosLoad = async (
  { prisma, queue, model }: { prisma: PrismaClient; queue: ExecutionQueue; model: ModelServer },
  random: Random,
): Promise<ChaosLoad> => {
  model.answer(({ prompt }, index) => {
    const turn = turnOf(prompt);
    const again = turn !== undefined && turn < TOOL_TURNS;
    return {
      delayMs: 50 + 250 * Math.random(),
      ...(again
        ? { toolCalls: [{ name: 'calculator', input: { expression: `${turn} + 1` } }] }
        : { text: `answer ${index}` }),
    };
  });
  const { workspaceId, userId } = await createTestWorkspace(prisma, {
    maxConcurrency: 100,
    maxExecutionsPerDay: 1_000_000,
  });
  const workflows = new Map<Kind, string>();
  for (const kind of KINDS) {
    const { id } = await createWorkflow(prisma, { workspaceId, userId, name: kind, definition: DEFINITIONS[kind] });
    workflows.set(kind, id);
  }

  const started: Started = new Map();
  let stopped = false;
  let abandoned = false;
  const startOne = async (key: string, kind: Kind): Promise<void> => {
    const { id } = await startExecution(
      { prisma, queue, onEnqueueError: () => undefined },
      {
        workspaceId,
        workflowId: workflows.get(kind) ?? '',
        source: 'draft',
        input: { key },
        trigger: 'api',
        userId,
        idempotencyKey: key,
      },
    );
    started.set(key, { kind, executionId: id });
  };
  /** As a caller of the API does: with the same key until there is an answer. */
  const startSurely = async (key: string, kind: Kind): Promise<void> => {
    while (!abandoned) {
      try {
        return await startOne(key, kind);
      } catch {
        await sleep(LOOK_MS);
      }
    }
  };
  const keepFlowing = async (): Promise<void> => {
    for (let count = 0; !stopped; ) {
      const underWay = await prisma.execution
        .count({ where: { status: { in: ['queued', 'running', 'waiting'] } } })
        .catch(() => UNDER_WAY);
      for (let more = underWay; more < UNDER_WAY && !stopped; more += 1) {
        count += 1;
        await startSurely(`job-${count}`, random.pick(KINDS));
      }
      await sleep(LOOK_MS);
    }
  };
  const flowing = keepFlowing();
  return {
    started,
    stop: () => {
      stopped = true;
      return flowing;
    },
    abandon: () => {
      stopped = true;
      abandoned = true;
    },
  };
};
