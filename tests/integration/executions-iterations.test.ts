import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import type { EngineEvent } from '@agentweaver/core/engine/events';
import { NODE_DEFINITIONS } from '@agentweaver/core/nodes/definitions';
import { claimExecution } from '@agentweaver/db/execution-claim';
import { recordEvents } from '@agentweaver/db/execution-recorder';
import { finishExecution } from '@agentweaver/db/execution-store';
import { startExecution } from '@agentweaver/db/start-execution';
import { createWorkflow } from '@agentweaver/db/workflow-store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as fileRoute from '../../apps/web/src/app/api/v1/executions/[id]/file/route.ts';
import * as filesRoute from '../../apps/web/src/app/api/v1/executions/[id]/files/route.ts';
import type { StepView } from '../../apps/web/src/features/executions/execution-view.ts';
import { readUpdate, UPDATE_PAGE } from '../../apps/web/src/features/executions/server/read-update.ts';
import { watchExecution } from '../../apps/web/src/features/executions/server/watch-execution.ts';
import { getServices } from '../../apps/web/src/server/services.ts';
import { graph } from './support/graph.ts';
import { callRest, fieldsOf, responseOf } from './support/rest.ts';
import { callAs, refusalOf } from './support/trpc.ts';
import { addMember, openWeb, type TestMember, tokenOf, type WebUnderTest } from './support/web.ts';

const ITEMS = 1_000;
const RUNNING = 5;
const FAILED = 3;

/** start → each(draft → polish) → end */
const definition = workflowDefinitionSchema.parse({
  nodes: [
    { id: 'start', type: 'input', name: 'Start' },
    { id: 'each', type: 'map', name: 'Each', config: NODE_DEFINITIONS.map.defaults },
    { id: 'draft', type: 'transform', name: 'Draft', parent: 'each', config: NODE_DEFINITIONS.transform.defaults },
    { id: 'polish', type: 'transform', name: 'Polish', parent: 'each', config: NODE_DEFINITIONS.transform.defaults },
    { id: 'end', type: 'output', name: 'End' },
  ],
  edges: [
    { id: 'a', source: 'start', target: 'each' },
    { id: 'b', source: 'each', target: 'end' },
    { id: 'c', source: 'draft', target: 'polish' },
  ],
});
const at = Date.UTC(2026, 0, 1);
const usage = { inputTokens: 10, outputTokens: 2, cachedInputTokens: 0, reasoningTokens: 0 };
const started = (nodeId: string, iteration = '', time = at): EngineEvent => ({
  type: 'step_started',
  at: time,
  nodeId,
  iteration,
  attempt: 1,
  input: { large: 'x'.repeat(2_000) },
});
const completed = (nodeId: string, iteration = '', time = at): EngineEvent => ({
  type: 'step_completed',
  at: time + 5,
  nodeId,
  iteration,
  attempt: 1,
  output: 'done',
  ports: ['out'],
  usage,
  costUsd: 0.001,
});
const failed = (nodeId: string, iteration: string): EngineEvent => ({
  type: 'step_failed',
  at,
  nodeId,
  iteration,
  attempt: 1,
  error: { code: 'node_failed', message: 'It broke.', nodeId },
  continued: false,
});
const message = (index: number, content: unknown): EngineEvent => ({
  type: 'message',
  at,
  nodeId: 'start',
  iteration: '',
  message: {
    id: `m${index}`,
    from: 'coordinator',
    to: 'researcher',
    kind: 'request',
    subject: `Task ${index}`,
    content,
    sentAt: at,
    status: 'delivered',
  },
});

let web: WebUnderTest;
let owner: TestMember;
let viewer: TestMember;
let stranger: TestMember;

beforeAll(async () => {
  web = await openWeb();
  owner = await addMember(web.prisma, { role: 'owner' });
  viewer = await addMember(web.prisma, { role: 'viewer', workspaceId: owner.workspaceId });
  stranger = await addMember(web.prisma, { role: 'owner' });
});
afterAll(() => web?.close());

type Running = { id: string; record: (events: EngineEvent[]) => Promise<number>; finish: () => Promise<void> };

const start = async (of = definition): Promise<Running> => {
  const { prisma } = web;
  const { workspaceId, userId } = owner;
  const workflow = await createWorkflow(prisma, { workspaceId, userId, name: 'Many', definition: of });
  const request = {
    workspaceId,
    workflowId: workflow.id,
    source: 'draft',
    input: 'x',
    trigger: 'manual',
    userId,
  } as const;
  const { id } = await startExecution({ prisma, queue: { add: async () => undefined } }, request);
  const claim = await claimExecution(prisma, { id, executorId: 'test', sandbox: 'process' });
  if (claim.kind !== 'claimed') throw new Error(`not claimed: ${claim.kind}`);
  const { attemptId } = claim;
  const findNode = ({ nodeId }: { nodeId: string }) =>
    of.nodes.find((node) => node.id === nodeId) ??
    workflowDefinitionSchema.shape.nodes.element.parse({ id: nodeId, type: 'transform', name: nodeId });
  return {
    id,
    record: async (events) => {
      const result = await recordEvents(prisma, { executionId: id, attemptId, events, findNode });
      if (result.kind !== 'recorded') throw new Error('the claim was lost');
      return result.lastSeq;
    },
    finish: async () => {
      await finishExecution(prisma, { id, attemptId, outcome: { status: 'completed', results: 'done' } });
    },
  };
};
const read = async (executionId: string, since: number, allSteps = false) => {
  const update = await readUpdate(web.prisma, { workspaceId: owner.workspaceId, executionId, since, allSteps });
  if (!update) throw new Error('There is no such execution.');
  return update;
};
const keys = (steps: readonly StepView[]) => steps.map(({ nodeId, iteration }) => `${iteration}/${nodeId}`).sort();
const console_ = async (as: TestMember = viewer) => {
  const { executions } = await callAs(as);
  const workspace = as.slug;
  return {
    get: (executionId: string) => executions.get({ workspace, executionId }),
    rounds: (input: Omit<Parameters<typeof executions.rounds>[0], 'workspace'>) =>
      executions.rounds({ workspace, ...input }),
    messages: (executionId: string, cursor?: number) => executions.messages({ workspace, executionId, cursor }),
    files: (executionId: string) => executions.files({ workspace, executionId }),
    file: (executionId: string, path: string) => executions.file({ workspace, executionId, path }),
  };
};

describe('an execution of a thousand rounds', () => {
  let execution: Running;
  let lastSeq: number;
  beforeAll(async () => {
    execution = await start();
    await execution.record([started('start'), completed('start'), started('each')]);
    const events = Array.from({ length: ITEMS }, (_, index): EngineEvent[] => {
      const iteration = `each[${index}]`;
      const begun = started('draft', iteration, at + index);
      if (index < RUNNING) return [begun];
      if (index < RUNNING + FAILED) return [begun, failed('draft', iteration)];
      return [begun, completed('draft', iteration, at + index)];
    }).flat();
    lastSeq = await execution.record(events);
  });

  it('shows the steps of the top scope at once, and the rounds as sums', async () => {
    const detail = await (await console_()).get(execution.id);
    expect(keys(detail.steps)).toEqual(['/each', '/end', '/start']);
    const done = ITEMS - RUNNING - FAILED;
    expect(detail.rounds).toEqual([
      expect.objectContaining({
        nodeId: 'draft',
        nodeType: 'transform',
        nodeName: 'Draft',
        total: ITEMS,
        running: RUNNING,
        failed: FAILED,
        completed: done,
        waiting: 0,
        skipped: 0,
        cancelled: 0,
        inputTokens: done * 10,
        outputTokens: done * 2,
        startedAt: new Date(at),
        completedAt: new Date(at + ITEMS - 1 + 5),
        ports: ['out'],
      }),
    ]);
    expect(detail.rounds[0]?.costUsd).toBeCloseTo(done * 0.001, 8);
    // A thousand inputs of 2 kB each are not sent along.
    expect(JSON.stringify(detail).length).toBeLessThan(20_000);
  });

  it('then tells what has changed and nothing else', async () => {
    const quiet = await read(execution.id, lastSeq);
    expect(quiet).toMatchObject({ seq: lastSeq, steps: [], events: [] });
    expect(quiet).not.toHaveProperty('rounds');

    const seq = await execution.record([completed('draft', 'each[0]'), started('polish', 'each[700]')]);
    const changed = await read(execution.id, lastSeq);
    expect(changed.seq).toBe(seq);
    expect(keys(changed.steps)).toEqual(['each[0]/draft', 'each[700]/polish']);
    expect(changed.rounds?.map(({ nodeId, total, running }) => ({ nodeId, total, running }))).toEqual(
      expect.arrayContaining([
        { nodeId: 'draft', total: ITEMS, running: RUNNING - 1 },
        { nodeId: 'polish', total: 1, running: 1 },
      ]),
    );
    expect(changed.rounds).toHaveLength(2);

    const top = await execution.record([completed('each')]);
    const outside = await read(execution.id, seq);
    expect(keys(outside.steps)).toEqual(['/each']);
    expect(outside).not.toHaveProperty('rounds');
    lastSeq = top;
  });

  it('gives its log without a gap, in pages and to those who follow', async () => {
    const seqs: number[] = [];
    const pages: number[] = [];
    for (let since = 0; since < lastSeq; since = seqs.at(-1) ?? lastSeq) {
      const { events } = await read(execution.id, since);
      pages.push(events.length);
      seqs.push(...events.map(({ seq }) => seq));
    }
    const whole = Array.from({ length: lastSeq }, (_, index) => index + 1);
    expect(seqs).toEqual(whole);
    expect(pages.slice(0, -1).every((length) => length === UPDATE_PAGE)).toBe(true);

    const context = { prisma: web.prisma, live: getServices().live, workspace: { id: owner.workspaceId } };
    const controller = new AbortController();
    const seen: number[] = [];
    const rows = new Map<string, string>();
    for await (const update of watchExecution(context, {
      executionId: execution.id,
      since: 0,
      signal: controller.signal,
    })) {
      if (update.type !== 'update') continue;
      seen.push(...update.events.map(({ seq }) => seq));
      for (const step of update.steps) rows.set(`${step.iteration}/${step.nodeId}`, step.status);
      if (update.seq >= lastSeq) controller.abort();
    }
    expect(seen).toEqual(whole);
    // Whoever follows from the beginning has every round as it is now.
    expect(rows.size).toBe(3 - 1 + ITEMS + 1 + 1);
    expect(rows.get('each[999]/draft')).toBe('completed');
  });

  it('hands out the rounds of a node in pages, in the order in which they started', async () => {
    const caller = await console_();
    const seen: string[] = [];
    let cursor: number | null = 0;
    let pages = 0;
    while (cursor !== null) {
      const page: Awaited<ReturnType<typeof caller.rounds>> = await caller.rounds({
        executionId: execution.id,
        nodeId: 'draft',
        cursor,
      });
      seen.push(...page.rounds.map(({ iteration }) => iteration));
      cursor = page.nextCursor;
      pages += 1;
    }
    expect(seen).toEqual(Array.from({ length: ITEMS }, (_, index) => `each[${index}]`));
    expect(pages).toBe(20);
  });

  it('filters the rounds by how they ended, and finds one alone', async () => {
    const caller = await console_();
    const broken = await caller.rounds({ executionId: execution.id, nodeId: 'draft', status: 'failed' });
    expect(broken.rounds.map(({ iteration, error }) => ({ iteration, code: error?.code }))).toEqual(
      [5, 6, 7].map((index) => ({ iteration: `each[${index}]`, code: 'node_failed' })),
    );
    expect(broken.nextCursor).toBeNull();
    const one = await caller.rounds({ executionId: execution.id, nodeId: 'draft', iteration: 'each[999]' });
    expect(one.rounds).toMatchObject([{ iteration: 'each[999]', status: 'completed', costUsd: 0.001 }]);
    expect(JSON.stringify(one)).not.toContain('xxxx');
    // One that never started is no beginning.
    await execution.record([{ type: 'step_skipped', at, nodeId: 'polish', iteration: 'each[5]', reason: 'No path.' }]);
    const polished = await caller.rounds({ executionId: execution.id, nodeId: 'polish' });
    expect(polished.rounds.map(({ iteration, status }) => [iteration, status])).toEqual([
      ['each[700]', 'running'],
      ['each[5]', 'skipped'],
    ]);
  });

  it('counts the rounds in good time', async () => {
    const times: number[] = [];
    for (let run = 0; run < 5; run += 1) {
      const before = performance.now();
      await read(execution.id, lastSeq, true);
      times.push(performance.now() - before);
      await sleep(5);
    }
    // The best of five: other tests run on this machine as well.
    expect(Math.min(...times)).toBeLessThan(500);
  });
});

describe('a node that runs again', () => {
  const criteria = [{ kind: 'regex', name: 'Greets', pattern: 'hello' }];
  const evaluated = graph(
    [
      { id: 'start', type: 'input' },
      { id: 'write', type: 'transform', config: NODE_DEFINITIONS.transform.defaults },
      { id: 'review', type: 'evaluate', config: { judged: 'write', criteria } },
      { id: 'call', type: 'workflow', config: { workflow: 'Another' } },
      { id: 'end', type: 'output' },
    ],
    ['start>write', 'write>review', 'review.pass>call', 'review.fail>call', 'call>end'],
  );

  it('in feedback rounds is counted with them, and not with its namesake in a workflow that is called', async () => {
    const execution = await start(evaluated);
    await execution.record([
      ...['start', 'write', 'review'].flatMap((id) => [started(id), completed(id)]),
      ...['write', 'review'].flatMap((id) => [started(id, 'review[1]'), completed(id, 'review[1]')]),
      started('call'),
      ...['start', 'write', 'inside', 'end'].flatMap((id) => [started(id, 'call[0]'), completed(id, 'call[0]')]),
      completed('call'),
    ]);
    const caller = await console_();
    const counted = (rounds: { nodeId: string; total: number }[]) =>
      Object.fromEntries(rounds.map(({ nodeId, total }) => [nodeId, total]));
    const { rounds, steps } = await caller.get(execution.id);
    expect(counted(rounds)).toEqual({ write: 2, review: 2, inside: 1 });
    expect(keys(steps)).toEqual(['/call', '/end', '/review', '/start', '/write']);
    expect(counted((await read(execution.id, 0)).rounds ?? [])).toEqual(counted(rounds));
    const runsOf = async (nodeId: string) =>
      (await caller.rounds({ executionId: execution.id, nodeId })).rounds.map(({ iteration }) => iteration);
    expect(await runsOf('write')).toEqual(['', 'review[1]']);
    expect(await runsOf('start')).toEqual(['']);
    expect(await runsOf('inside')).toEqual(['call[0]']);
  });
});

describe('the messages of an execution', () => {
  it('come in pages, in order, with long contents cut', async () => {
    const execution = await start();
    const many = Array.from({ length: 230 }, (_, index) =>
      message(index, index === 0 ? 'x'.repeat(50_000) : { index }),
    );
    await execution.record([started('start'), ...many, completed('start')]);
    const caller = await console_();
    const first = await caller.messages(execution.id);
    expect(first.messages).toHaveLength(200);
    expect(first.messages[0]).toMatchObject({
      from: 'coordinator',
      to: 'researcher',
      kind: 'request',
      nodeId: 'start',
    });
    expect(first.messages[0]?.text).toHaveLength(4_000);
    expect(first.messages[1]?.text).toBe('{\n  "index": 1\n}');
    const second = await caller.messages(execution.id, first.nextCursor ?? -1);
    expect(second.nextCursor).toBeNull();
    const ids = [...first.messages, ...second.messages].map(({ id }) => id);
    expect(ids).toEqual(many.map((_, index) => `m${index}`));
  });
});

describe('the files of an execution', () => {
  const bytes = Buffer.from([0, 255, 1, 254, 10]);
  const create = async (): Promise<string> => {
    const { id } = await start();
    const file = { executionId: id, nodeId: 'draft', mediaType: 'text/plain' };
    await web.prisma.executionFile.createMany({
      data: [
        { ...file, path: 'reports/b.txt', size: 2, content: Buffer.from('hé') },
        { ...file, path: 'a.bin', mediaType: 'application/octet-stream', size: bytes.length, content: bytes },
      ],
    });
    return id;
  };

  it('are listed by path and given whole, byte for byte', async () => {
    const id = await create();
    const caller = await console_();
    expect(await caller.files(id)).toEqual([
      { path: 'a.bin', mediaType: 'application/octet-stream', size: 5, nodeId: 'draft', updatedAt: expect.any(Date) },
      expect.objectContaining({ path: 'reports/b.txt', mediaType: 'text/plain' }),
    ]);
    expect(await caller.file(id, 'a.bin')).toEqual({
      path: 'a.bin',
      mediaType: 'application/octet-stream',
      base64: bytes.toString('base64'),
    });
  });

  it('are the same over REST', async () => {
    const id = await create();
    const as = await tokenOf(web.prisma, viewer);
    const list = await callRest(filesRoute.GET, 'GET', { as, id });
    expect(list.status).toBe(200);
    expect(responseOf('listFiles').parse(list.json)).toEqual({
      items: [
        { path: 'a.bin', media_type: 'application/octet-stream', node_id: 'draft', size: 5 },
        { path: 'reports/b.txt', media_type: 'text/plain', node_id: 'draft', size: 2 },
      ],
    });
    const get = (query: string) => callRest(fileRoute.GET, 'GET', { as, id, query });
    const one = await get(`?path=${encodeURIComponent('reports/b.txt')}`);
    expect(responseOf('getFile').parse(one.json)).toEqual({
      path: 'reports/b.txt',
      media_type: 'text/plain',
      content: Buffer.from('hé').toString('base64'),
    });
    expect((await get('?path=reports/none.txt')).status).toBe(404);
    for (const query of ['', '?path=', `?path=${'x'.repeat(501)}`]) {
      const refused = await get(query);
      expect({ status: refused.status, fields: fieldsOf(refused) }).toEqual({ status: 400, fields: ['path'] });
    }
    expect((await get('?path=a%00b')).status).toBe(400);
    const theirs = await tokenOf(web.prisma, stranger);
    expect((await callRest(filesRoute.GET, 'GET', { as: theirs, id })).status).toBe(404);
    expect((await callRest(fileRoute.GET, 'GET', { as: theirs, id, query: '?path=a.bin' })).status).toBe(404);
  });
});

describe('what does not exist for a workspace, or is malformed', () => {
  it('is not found', async () => {
    const { id } = await start();
    const theirs = await console_(stranger);
    const absent = { code: 'not_found', fields: [] };
    expect(await refusalOf(theirs.rounds({ executionId: id, nodeId: 'draft' }))).toEqual(absent);
    expect(await refusalOf(theirs.messages(id))).toEqual(absent);
    expect(await refusalOf(theirs.files(id))).toEqual(absent);
    expect(await refusalOf(theirs.file(id, 'a.bin'))).toEqual(absent);
    const caller = await console_();
    expect(await refusalOf(caller.messages(randomUUID()))).toEqual(absent);
    expect((await caller.rounds({ executionId: id, nodeId: 'nowhere' })).rounds).toEqual([]);
  });

  it('is refused with its field', async () => {
    const { id: executionId } = await start();
    const caller = await console_();
    const nodeId = 'draft';
    for (const [call, field] of [
      [() => caller.rounds({ executionId: 'x', nodeId }), 'executionId'],
      [() => caller.rounds({ executionId, nodeId: '' }), 'nodeId'],
      [() => caller.rounds({ executionId, nodeId, cursor: -1 }), 'cursor'],
      [() => caller.rounds({ executionId, nodeId, iteration: 'x'.repeat(401) }), 'iteration'],
      [() => caller.messages(executionId, 1.5), 'cursor'],
      [() => caller.messages(executionId, 2 ** 40), 'cursor'],
      [() => caller.file(executionId, ''), 'path'],
    ] as const) {
      expect(await refusalOf(call())).toEqual({ code: 'bad_request', fields: [field] });
    }
  });

  it('does not break a reader that asks to go on from nowhere', async () => {
    const execution = await start();
    await execution.record([started('start'), completed('start')]);
    await execution.finish();
    const { executions } = await callAs(viewer);
    for (const lastEventId of ['-5', '1e3', '1000000000000', '99999999999999999999', 'x', '']) {
      const statuses: string[] = [];
      const target = { workspace: viewer.slug, executionId: execution.id, lastEventId };
      for await (const update of await executions.watch(target)) {
        if (Array.isArray(update)) statuses.push(update[1].type === 'update' ? update[1].execution.status : 'text');
      }
      expect(statuses).toEqual(['completed']);
    }
  });
});
