import { randomUUID } from 'node:crypto';
import { type WorkflowDefinition, workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import type { EngineEvent } from '@agentweaver/core/engine/events';
import { SKIP_REASONS } from '@agentweaver/core/engine/skip-reasons';
import { NODE_DEFINITIONS } from '@agentweaver/core/nodes/definitions';
import { createPrisma } from '@agentweaver/db/client';
import { deleteExecution } from '@agentweaver/db/delete-execution';
import { claimExecution } from '@agentweaver/db/execution-claim';
import { recordEvents } from '@agentweaver/db/execution-recorder';
import { finishExecution } from '@agentweaver/db/execution-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { jsonColumn } from '@agentweaver/db/json';
import { type StartExecution, startExecution } from '@agentweaver/db/start-execution';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { createTestWorkflow, createTestWorkspace, type TestWorkspace } from './support/workspace.ts';

let database: TestDatabase;
let prisma: PrismaClient;
let workspace: TestWorkspace;
let workflowId: string;
let source: string;
const queue = { add: async () => undefined };

/** start → each(inner) → choose → yes | no → end, and start → beside */
const definition = workflowDefinitionSchema.parse({
  nodes: [
    { id: 'start', type: 'input', name: 'Start' },
    { id: 'each', type: 'map', name: 'Each', config: NODE_DEFINITIONS.map.defaults },
    { id: 'inner', type: 'transform', name: 'Inner', parent: 'each', config: NODE_DEFINITIONS.transform.defaults },
    { id: 'choose', type: 'condition', name: 'Choose', config: NODE_DEFINITIONS.condition.defaults },
    { id: 'yes', type: 'transform', name: 'Yes', config: NODE_DEFINITIONS.transform.defaults },
    { id: 'no', type: 'transform', name: 'No', config: NODE_DEFINITIONS.transform.defaults },
    { id: 'beside', type: 'transform', name: 'Beside', config: NODE_DEFINITIONS.transform.defaults },
    { id: 'end', type: 'output', name: 'End' },
  ],
  edges: [
    ['start', 'each'],
    ['each', 'choose'],
    ['choose', 'yes', 'true'],
    ['choose', 'no', 'false'],
    ['yes', 'end'],
    ['no', 'end'],
    ['start', 'beside'],
    ['beside', 'end'],
  ].map(([from, to, sourcePort = 'out'], index) => ({ id: `e${index}`, source: from, target: to, sourcePort })),
});

const at = Date.now();
const run = (nodeId: string, iteration = '', ports = ['out']): EngineEvent[] => [
  { type: 'step_started', at, nodeId, iteration, attempt: 1, input: null },
  { type: 'step_completed', at, nodeId, iteration, attempt: 1, output: `${nodeId} of before`, ports, costUsd: 0.5 },
];
const skip = (nodeId: string, reason: string): EngineEvent => ({
  type: 'step_skipped',
  at,
  nodeId,
  iteration: '',
  reason,
});
const start = (changes: Partial<StartExecution> = {}) =>
  startExecution(
    { prisma, queue },
    {
      workspaceId: workspace.workspaceId,
      workflowId,
      source: 'draft',
      input: 'x',
      trigger: 'manual',
      userId: workspace.userId,
      ...changes,
    },
  );
const claim = async (id: string) => {
  const claimed = await claimExecution(prisma, { id, executorId: 'e' });
  if (claimed.kind !== 'claimed') throw new Error(`not claimed: ${claimed.kind}`);
  return claimed;
};
const setDraft = (changed: WorkflowDefinition) =>
  prisma.workflowDraft.update({ where: { workflowId }, data: { definition: jsonColumn(changed) } });
const stepsOf = async (executionId: string) =>
  Object.fromEntries(
    (await prisma.executionStep.findMany({ where: { executionId } })).map((row) => [
      `${row.iteration}/${row.nodeId}`,
      row,
    ]),
  );
const findNode = ({ nodeId }: { nodeId: string }) => definition.nodes.find((node) => node.id === nodeId);

beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl, max: 5 });
});
afterAll(async () => {
  await prisma.$disconnect();
  await database.drop();
});
beforeEach(async () => {
  workspace = await createTestWorkspace(prisma);
  workflowId = await createTestWorkflow(prisma, { ...workspace, definition });
  source = (await start()).id;
  const { attemptId } = await claim(source);
  const events = [
    ...run('start'),
    { type: 'step_started', at, nodeId: 'each', iteration: '', attempt: 1, input: null } as const,
    ...run('inner', 'each[0]'),
    ...run('inner', 'each[1]'),
    ...run('each').slice(1),
    ...run('choose', '', ['true']),
    ...run('yes'),
    skip('no', SKIP_REASONS.noPath),
    ...run('beside'),
    ...run('end'),
  ];
  await recordEvents(prisma, { executionId: source, attemptId, events, findNode });
  await finishExecution(prisma, { id: source, attemptId, outcome: { status: 'completed', results: 'r' } });
});

describe('running again from a step', () => {
  it('takes over everything that does not come after it, with what ran inside, at no cost', async () => {
    await prisma.executionFile.createMany({
      data: ['inner', 'yes'].map((nodeId) => ({
        executionId: source,
        path: `${nodeId}.txt`,
        mediaType: 'text/plain',
        size: 1,
        content: Buffer.from('x'),
        nodeId,
      })),
    });
    const { id } = await start({ reuse: { executionId: source, from: 'yes' } });
    const steps = await stepsOf(id);
    expect(Object.keys(steps).sort()).toEqual(
      ['/start', '/each', '/choose', '/no', '/beside', 'each[0]/inner', 'each[1]/inner'].sort(),
    );
    for (const step of Object.values(steps)) expect(step).toMatchObject({ reusedFromId: source, edited: false });
    expect(steps['/choose']?.costUsd.toNumber()).toBe(0);
    expect(steps['/choose']).toMatchObject({ status: 'completed', output: 'choose of before', ports: ['true'] });
    expect(await prisma.execution.findUniqueOrThrow({ where: { id } })).toMatchObject({ rerunOfId: source });
    expect((await prisma.executionFile.findMany({ where: { executionId: id } })).map(({ path }) => path)).toEqual([
      'inner.txt',
    ]);

    const { finishedSteps, interruptedAttempts } = await claim(id);
    expect(finishedSteps.map(({ nodeId }) => nodeId).sort()).toEqual(['beside', 'choose', 'each', 'no', 'start']);
    expect(interruptedAttempts).toEqual({});
  });

  it('runs what comes after the step in the definition of now, and leaves out what is gone or is another type', async () => {
    await setDraft({
      ...definition,
      nodes: definition.nodes
        .filter(({ id }) => id !== 'beside')
        .map((node) =>
          node.id === 'choose' ? { ...node, type: 'transform', config: NODE_DEFINITIONS.transform.defaults } : node,
        ),
      edges: definition.edges
        .filter(({ source: from, target }) => from !== 'beside' && target !== 'beside')
        .map((edge) => ({ ...edge, sourcePort: 'out' })),
    });
    const { id } = await start({ reuse: { executionId: source, from: 'yes' } });
    expect(Object.keys(await stepsOf(id)).sort()).toEqual(
      ['/start', '/each', '/no', 'each[0]/inner', 'each[1]/inner'].sort(),
    );
  });

  it('does not take over what a failure cut short', async () => {
    const failed = (await start()).id;
    const { attemptId } = await claim(failed);
    await recordEvents(prisma, {
      executionId: failed,
      attemptId,
      events: [
        ...run('start'),
        { type: 'step_cancelled', at, nodeId: 'beside', iteration: '' },
        skip('choose', SKIP_REASONS.failed),
      ],
    });
    const error = { code: 'node_failed' as const, message: 'm' };
    await finishExecution(prisma, { id: failed, attemptId, outcome: { status: 'failed', error } });
    const { id } = await start({ reuse: { executionId: failed, from: 'end' } });
    expect(Object.keys(await stepsOf(id))).toEqual(['/start']);
  });

  it('of a run that was itself taken over names where an output came from', async () => {
    const second = (await start({ reuse: { executionId: source, from: 'yes' } })).id;
    const third = (await start({ reuse: { executionId: second, from: 'choose' } })).id;
    expect((await stepsOf(third))['/each']).toMatchObject({ reusedFromId: source });
  });

  it('outlives the execution that it came from', async () => {
    const { id } = await start({ reuse: { executionId: source, from: 'yes' } });
    await deleteExecution(prisma, { id: source, workspaceId: workspace.workspaceId, userId: workspace.userId });
    expect((await stepsOf(id))['/choose']).toMatchObject({ output: 'choose of before' });
    expect(await prisma.executionStep.count({ where: { executionId: source } })).toBe(0);
  });
});

describe('an output that was edited', () => {
  it('stands for the step, which takes the port that it took before', async () => {
    const { id } = await start({ reuse: { executionId: source, from: 'choose', editedOutput: { n: 1 } } });
    const steps = await stepsOf(id);
    expect(steps['/choose']).toMatchObject({ status: 'completed', edited: true, output: { n: 1 }, ports: ['true'] });
    expect(steps['/yes']).toBeUndefined();
    expect((await claim(id)).finishedSteps.map(({ nodeId }) => nodeId).sort()).toEqual([
      'beside',
      'choose',
      'each',
      'start',
    ]);
  });

  it('may be null, and of a container it replaces the rounds', async () => {
    const { id } = await start({ reuse: { executionId: source, from: 'each', editedOutput: null } });
    const steps = await stepsOf(id);
    expect(steps['/each']).toMatchObject({ edited: true, output: null, ports: ['out'] });
    expect(steps['each[0]/inner']).toBeUndefined();
  });

  it('needs to know where a step goes on that never chose', async () => {
    const fresh = (await start()).id;
    const edited = start({ reuse: { executionId: fresh, from: 'choose', editedOutput: 1 } });
    await expect(edited).rejects.toMatchObject({ code: 'bad_request' });
  });
});

describe('one step alone', () => {
  it('gets what came before it, and nothing else', async () => {
    const { id } = await start({ reuse: { executionId: source, from: 'choose' }, only: 'choose' });
    expect(Object.keys(await stepsOf(id)).sort()).toEqual(['/each', '/start', 'each[0]/inner', 'each[1]/inner']);
    expect((await claim(id)).execution.onlyNodeId).toBe('choose');
  });

  it('may run on nothing', async () => {
    const { id } = await start({ only: 'beside' });
    expect(await stepsOf(id)).toEqual({});
    expect(await prisma.execution.findUniqueOrThrow({ where: { id } })).toMatchObject({ onlyNodeId: 'beside' });
  });
});

describe('is refused', () => {
  it('for an execution of another workspace or workflow', async () => {
    const otherWorkflow = await createTestWorkflow(prisma, { ...workspace, definition });
    const other = await createTestWorkspace(prisma);
    const foreign = await createTestWorkflow(prisma, { ...other, definition });
    const attempts = [
      start({ reuse: { executionId: randomUUID(), from: 'yes' } }),
      start({ workflowId: otherWorkflow, reuse: { executionId: source, from: 'yes' } }),
      start({ workspaceId: other.workspaceId, workflowId: foreign, reuse: { executionId: source, from: 'yes' } }),
    ];
    for (const attempt of await Promise.allSettled(attempts)) {
      expect(attempt).toMatchObject({ status: 'rejected', reason: { code: 'not_found' } });
    }
    expect(await prisma.execution.count({ where: { rerunOfId: source } })).toBe(0);
  });

  it('for a step that is not there, or runs once for each round', async () => {
    await expect(start({ reuse: { executionId: source, from: 'gone' } })).rejects.toMatchObject({ code: 'not_found' });
    await expect(start({ only: 'gone' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(start({ reuse: { executionId: source, from: 'inner' } })).rejects.toMatchObject({
      code: 'bad_request',
      publicMessage: expect.stringContaining('“Each”'),
    });
  });
});
