import { randomUUID } from 'node:crypto';
import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import type { EngineEvent } from '@agentweaver/core/engine/events';
import { NODE_DEFINITIONS } from '@agentweaver/core/nodes/definitions';
import { claimExecution } from '@agentweaver/db/execution-claim';
import { recordEvents } from '@agentweaver/db/execution-recorder';
import { finishExecution } from '@agentweaver/db/execution-store';
import { jsonColumn } from '@agentweaver/db/json';
import { createExecutionWorker, type ExecutionWorker } from '@agentweaver/db/queue';
import { startExecution } from '@agentweaver/db/start-execution';
import { createWorkflow } from '@agentweaver/db/workflow-store';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as rerunRoute from '../../apps/web/src/app/api/v1/executions/[id]/rerun/route.ts';
import { getEnv } from '../../apps/web/src/server/env.ts';
import { callRest, fieldsOf, type RestOptions, responseOf } from './support/rest.ts';
import { callAs, refusalOf } from './support/trpc.ts';
import { addMember, openWeb, type TestMember, tokenOf, type WebUnderTest } from './support/web.ts';
import { simpleDefinition } from './support/workspace.ts';

/** start → each(inner) → greet → end */
const definition = workflowDefinitionSchema.parse({
  nodes: [
    { id: 'start', type: 'input', name: 'Start' },
    { id: 'each', type: 'map', name: 'Each', config: NODE_DEFINITIONS.map.defaults },
    { id: 'inner', type: 'transform', name: 'Inner', parent: 'each', config: NODE_DEFINITIONS.transform.defaults },
    { id: 'greet', type: 'transform', name: 'Greet', config: NODE_DEFINITIONS.transform.defaults },
    { id: 'end', type: 'output', name: 'End' },
  ],
  edges: [
    ['start', 'each'],
    ['each', 'greet'],
    ['greet', 'end'],
  ].map(([source, target], index) => ({ id: `e${index}`, source, target })),
});
const findNode = ({ nodeId }: { nodeId: string }) => definition.nodes.find(({ id }) => id === nodeId);

const run = (nodeId: string, iteration = ''): EngineEvent[] => {
  const step = { at: Date.now(), nodeId, iteration, attempt: 1 };
  return [
    { type: 'step_started', ...step, input: null },
    { type: 'step_completed', ...step, output: `${nodeId} of before`, ports: ['out'], costUsd: 0.5 },
  ];
};

let web: WebUnderTest;
let worker: ExecutionWorker;
let editor: TestMember;
let viewer: TestMember;
let stranger: TestMember;
let workflowId: string;
let source: string;
const tokens = { editor: '', viewer: '', stranger: '' };
const taken: string[] = [];

beforeAll(async () => {
  web = await openWeb();
  editor = await addMember(web.prisma, { role: 'editor' });
  viewer = await addMember(web.prisma, { role: 'viewer', workspaceId: editor.workspaceId });
  stranger = await addMember(web.prisma, { role: 'owner' });
  tokens.editor = await tokenOf(web.prisma, editor);
  tokens.viewer = await tokenOf(web.prisma, viewer);
  tokens.stranger = await tokenOf(web.prisma, stranger);
  worker = createExecutionWorker({ databaseUrl: getEnv().DATABASE_URL }, { concurrency: 1 }, async (id) => {
    taken.push(id);
    return undefined;
  });
  await worker.ready();
});
afterAll(async () => {
  await worker?.close();
  await web?.close();
});

beforeEach(async () => {
  const { prisma } = web;
  const { workspaceId, userId } = editor;
  workflowId = (await createWorkflow(prisma, { workspaceId, userId, name: 'Rerun', definition })).id;
  const request = { workspaceId, workflowId, source: 'draft', input: 'x', trigger: 'manual', userId } as const;
  source = (await startExecution({ prisma, queue: { add: async () => undefined } }, request)).id;
  const claim = await claimExecution(prisma, { id: source, executorId: 'test', sandbox: 'process' });
  if (claim.kind !== 'claimed') throw new Error(`not claimed: ${claim.kind}`);
  const { attemptId } = claim;
  const events = [...run('start'), ...run('each'), ...run('inner', 'each[0]'), ...run('greet'), ...run('end')];
  await recordEvents(prisma, { executionId: source, attemptId, events, findNode });
  await finishExecution(prisma, { id: source, attemptId, outcome: { status: 'completed', results: 'r' } });
});

type RerunInput = {
  nodeId: string;
  mode: 'from' | 'alone' | 'edit';
  output?: { value: unknown };
  executionId?: string;
};
const rerun = async (input: RerunInput, as: TestMember = editor) =>
  (await callAs(as)).executions.rerunStep({ workspace: as.slug, executionId: source, ...input });
const post = (body: unknown, more: RestOptions = {}) =>
  callRest(rerunRoute.POST, 'POST', { as: tokens.editor, id: source, body, ...more });
const read = (id: string) => web.prisma.execution.findUniqueOrThrow({ where: { id } });
const stepsOf = async (executionId: string) =>
  Object.fromEntries(
    (await web.prisma.executionStep.findMany({ where: { executionId } })).map((row) => [
      row.iteration === '' ? row.nodeId : `${row.iteration}/${row.nodeId}`,
      { ...row, costUsd: row.costUsd.toNumber() },
    ]),
  );
const reruns = () => web.prisma.execution.count({ where: { rerunOfId: source } });

describe('running again around one step', () => {
  it('from it takes over what came before at no cost, and is queued', async () => {
    const { id } = await rerun({ nodeId: 'greet', mode: 'from' });
    expect(await read(id)).toMatchObject({
      rerunOfId: source,
      onlyNodeId: null,
      workflowId,
      input: 'x',
      status: 'queued',
    });
    const steps = await stepsOf(id);
    expect(Object.keys(steps).sort()).toEqual(['each', 'each[0]/inner', 'start']);
    for (const [key, step] of Object.entries(steps)) {
      const output = `${key.replace('each[0]/', '')} of before`;
      expect(step).toMatchObject({ status: 'completed', output, costUsd: 0, reusedFromId: source, edited: false });
    }
    expect((await read(id)).totalCostUsd.toNumber()).toBe(0);
    await expect.poll(() => taken).toContain(id);
    const detail = await (await callAs(viewer)).executions.get({ workspace: viewer.slug, executionId: id });
    expect(detail).toMatchObject({ rerunOfId: source, onlyNodeId: null });
  });

  it('alone runs nothing else', async () => {
    const { id } = await rerun({ nodeId: 'greet', mode: 'alone' });
    expect(await read(id)).toMatchObject({ rerunOfId: source, onlyNodeId: 'greet' });
    expect(Object.keys(await stepsOf(id)).sort()).toEqual(['each', 'each[0]/inner', 'start']);
  });

  it.each([[{ n: 1 }], [null], [false], ['']])('with its output written as %j runs what follows', async (value) => {
    const { id } = await rerun({ nodeId: 'each', mode: 'edit', output: { value } });
    const steps = await stepsOf(id);
    expect(Object.keys(steps).sort()).toEqual(['each', 'start']);
    expect(steps.each).toMatchObject({ status: 'completed', output: value, ports: ['out'], edited: true, costUsd: 0 });
    expect((await read(id)).onlyNodeId).toBeNull();
  });

  it('runs the version of before, whatever the draft has become', async () => {
    await web.prisma.workflowDraft.update({
      where: { workflowId },
      data: { definition: jsonColumn(simpleDefinition()) },
    });
    const { id } = await rerun({ nodeId: 'greet', mode: 'from' });
    expect((await read(id)).versionId).toBe((await read(source)).versionId);
  });

  it('is refused with a reason, and starts nothing', async () => {
    expect(await refusalOf(rerun({ nodeId: 'greet', mode: 'edit' }))).toEqual({
      code: 'bad_request',
      fields: ['output'],
    });
    await expect(rerun({ nodeId: 'gone', mode: 'from' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'The workflow has no step “gone”.',
    });
    await expect(rerun({ nodeId: 'inner', mode: 'from' })).rejects.toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining('inside “Each”'),
    });
    expect(await refusalOf(rerun({ nodeId: 'inner', mode: 'alone' }))).toEqual({
      code: 'bad_request',
      fields: ['nodeId'],
    });
    const malformed: [object, string][] = [
      [{ nodeId: '', mode: 'from' }, 'nodeId'],
      [{ nodeId: 'greet', mode: 'sideways' }, 'mode'],
      [{ nodeId: 'greet', mode: 'from', executionId: 'x' }, 'executionId'],
      [{ nodeId: 'greet', mode: 'edit', output: 'bare' }, 'output'],
    ];
    for (const [input, field] of malformed) {
      expect(await refusalOf(rerun(input as RerunInput))).toEqual({ code: 'bad_request', fields: [field] });
    }
    const large = { value: 'x'.repeat(3 * 1024 * 1024) };
    expect(await refusalOf(rerun({ nodeId: 'each', mode: 'edit', output: large }))).toMatchObject({
      code: 'payload_too_large',
    });
    expect(await reruns()).toBe(0);
  });

  it('is not for viewers, and another workspace has no such execution', async () => {
    const input = { nodeId: 'greet', mode: 'from' } as const;
    expect(await refusalOf(rerun(input, viewer))).toMatchObject({ code: 'forbidden' });
    expect(await refusalOf(rerun(input, stranger))).toEqual({ code: 'not_found', fields: [] });
    // An answer about the step would tell that the execution is there.
    expect(await refusalOf(rerun({ nodeId: 'inner', mode: 'from' }, stranger))).toEqual({
      code: 'not_found',
      fields: [],
    });
    expect(await refusalOf(rerun({ ...input, executionId: randomUUID() }))).toMatchObject({ code: 'not_found' });
    expect(await reruns()).toBe(0);
  });
});

describe('running from the builder on what an execution has done', () => {
  const start = async (more: object, as: TestMember = editor) =>
    (await callAs(as)).executions.start({ workspace: as.slug, workflowId, source: 'draft', input: 'y', ...more });

  it('takes over the steps, or runs one alone', async () => {
    const { id } = await start({ reuse: { executionId: source, from: 'greet' }, only: 'greet' });
    expect(await read(id)).toMatchObject({ onlyNodeId: 'greet', input: 'y', rerunOfId: source });
    expect(Object.keys(await stepsOf(id)).sort()).toEqual(['each', 'each[0]/inner', 'start']);
  });

  it('is refused for what is not there', async () => {
    expect(await refusalOf(start({ only: 'gone' }))).toMatchObject({ code: 'not_found' });
    expect(await refusalOf(start({ only: 'inner' }))).toEqual({ code: 'bad_request', fields: ['nodeId'] });
    const reuse = { executionId: source, from: 'greet' };
    expect(await refusalOf(start({ reuse: { ...reuse, executionId: randomUUID() } }))).toMatchObject({
      code: 'not_found',
    });
    expect(await refusalOf(start({ reuse: { executionId: 'x', from: 'greet' } }))).toEqual({
      code: 'bad_request',
      fields: ['reuse.executionId'],
    });
    expect(await refusalOf(start({ reuse }, stranger))).toMatchObject({ code: 'not_found' });
    // The workflow is their own, the execution is not.
    const own = await createWorkflow(web.prisma, { ...stranger, name: 'Own', definition });
    expect(await refusalOf(start({ workflowId: own.id, reuse }, stranger))).toEqual({ code: 'not_found', fields: [] });
    expect(await reruns()).toBe(0);
  });
});

describe('running again over REST', () => {
  it.each<[string, unknown, { only: string | null; steps: string[] }]>([
    ['the whole workflow, without a body', undefined, { only: null, steps: [] }],
    ['the whole workflow', {}, { only: null, steps: [] }],
    ['from a step', { node_id: 'greet' }, { only: null, steps: ['each', 'each[0]/inner', 'start'] }],
    ['a step alone', { node_id: 'each', mode: 'alone' }, { only: 'each', steps: ['start'] }],
    ['on an output', { node_id: 'each', mode: 'edit', output: null }, { only: null, steps: ['each', 'start'] }],
  ])('runs %s', async (_, body, { only, steps }) => {
    const answer = await post(body);
    expect(answer.status, JSON.stringify(answer.json)).toBe(202);
    const { execution_id: id } = responseOf('rerunExecution').parse(answer.json) as { execution_id: string };
    expect(answer.headers.get('location')).toBe(`/api/v1/executions/${id}`);
    expect(await read(id)).toMatchObject({ rerunOfId: source, onlyNodeId: only, input: 'x' });
    expect(Object.keys(await stepsOf(id)).sort()).toEqual(steps);
    await expect.poll(() => taken).toContain(id);
  });

  it.each<[unknown, number, string[]]>([
    [{ mode: 'alone' }, 400, ['node_id']],
    [{ mode: 'edit', output: 1 }, 400, ['node_id']],
    [{ output: 1 }, 400, ['node_id']],
    [{ node_id: 'each', mode: 'edit' }, 400, ['output']],
    [{ node_id: 'each', output: 1 }, 400, ['output']],
    [{ node_id: 'each', mode: 'sideways', colour: 'red' }, 400, ['colour', 'mode']],
    [{ node_id: 7 }, 400, ['node_id']],
    [{ node_id: 'inner' }, 400, ['node_id']],
    [{ node_id: 'gone' }, 404, []],
  ])('refuses %j', async (body, status, fields) => {
    const refused = await post(body);
    expect({ status: refused.status, fields: fieldsOf(refused) }).toEqual({ status, fields });
    expect(await reruns()).toBe(0);
  });

  it('is refused to viewers, and for executions of others', async () => {
    const body = { node_id: 'greet' };
    expect((await post(body, { as: tokens.viewer })).status).toBe(403);
    expect((await post(body, { as: tokens.stranger })).status).toBe(404);
    expect((await post(undefined, { as: tokens.stranger })).status).toBe(404);
    expect((await post(body, { id: 'not-an-id' })).status).toBe(404);
    expect(await reruns()).toBe(0);
  });
});
