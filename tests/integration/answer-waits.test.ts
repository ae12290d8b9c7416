import { randomUUID } from 'node:crypto';
import type { BudgetRequest } from '@agentweaver/core/budget/budget-wait';
import type { HumanRequest, HumanResponse } from '@agentweaver/core/host/ports/human';
import { readAnsweredBudgetWaits } from '@agentweaver/db/budget-wait-store';
import { requestCancel } from '@agentweaver/db/execution-store';
import { createLiveChannel, type LiveChannel, type LiveMessage } from '@agentweaver/db/live-channel';
import { createExecutionWorker, type ExecutionWorker } from '@agentweaver/db/queue';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as waitsRoute from '../../apps/web/src/app/api/v1/executions/[id]/waits/route.ts';
import * as answerRoute from '../../apps/web/src/app/api/v1/waits/[id]/answer/route.ts';
import { watchExecution } from '../../apps/web/src/features/executions/server/watch-execution.ts';
import { getEnv } from '../../apps/web/src/server/env.ts';
import { callRest, fieldsOf, type RestOptions, responseOf } from './support/rest.ts';
import { callAs, refusalOf } from './support/trpc.ts';
import { approval, createWaiting, type WaitingOptions } from './support/waiting-execution.ts';
import { addMember, openWeb, type TestMember, tokenOf, type WebUnderTest } from './support/web.ts';

let web: WebUnderTest;
let live: LiveChannel;
let worker: ExecutionWorker;
let editor: TestMember;
let viewer: TestMember;
let stranger: TestMember;
const tokens = { editor: '', viewer: '', stranger: '' };
/** What an executor would be given. */
const taken: string[] = [];

beforeAll(async () => {
  web = await openWeb();
  const { prisma } = web;
  editor = await addMember(prisma, { role: 'editor' });
  viewer = await addMember(prisma, { role: 'viewer', workspaceId: editor.workspaceId });
  stranger = await addMember(prisma, { role: 'owner' });
  tokens.editor = await tokenOf(prisma, editor);
  tokens.viewer = await tokenOf(prisma, viewer);
  tokens.stranger = await tokenOf(prisma, stranger);
  const databaseUrl = getEnv().DATABASE_URL;
  // Connections of their own, as an executor and another web process have.
  live = createLiveChannel({ databaseUrl });
  worker = createExecutionWorker({ databaseUrl }, { concurrency: 1 }, async (id) => {
    taken.push(id);
    return undefined;
  });
  await worker.ready();
});
afterAll(async () => {
  await worker?.close();
  await live?.close();
  await web?.close();
});

const ask = (options: WaitingOptions = {}) => createWaiting(web.prisma, editor, options);
const answer = async (waitId: string, response: HumanResponse, as: TestMember = editor) =>
  (await callAs(as)).executions.answerWait({ workspace: as.slug, waitId, answer: response });
const openWaits = async (as: TestMember = editor) => (await callAs(as)).executions.openWaits({ workspace: as.slug });
const post = (id: string, body: unknown, more: RestOptions = {}) =>
  callRest(answerRoute.POST, 'POST', { as: tokens.editor, id, body, ...more });
const statusOf = async (id: string) => (await web.prisma.execution.findUniqueOrThrow({ where: { id } })).status;
const expire = (id: string) => web.prisma.wait.update({ where: { id }, data: { until: new Date(Date.now() - 1_000) } });
const isOpen = async (id: string) => (await web.prisma.wait.findUniqueOrThrow({ where: { id } })).closedAt === null;

const human = (request: Partial<HumanRequest>): WaitingOptions => ({
  wait: { kind: 'human', request: { ...approval, ...request } },
});
const budgetRequest: BudgetRequest = {
  message: 'The budget of $1.00 is used up.',
  scope: 'execution',
  kind: 'usd',
  limit: 1,
  used: 0.9,
  most: 0.2,
  leastRaise: 0.1,
};
const budget: WaitingOptions = { wait: { kind: 'budget', request: budgetRequest } };

describe('the answer to a question', () => {
  it('is kept with who gave it, queues the execution once and wakes whoever looks on', async () => {
    const { executionId, waitId, workflowId } = await ask();
    const heard: LiveMessage[] = [];
    const stop = await live.subscribe(executionId, (message) => heard.push(message));
    expect(await openWaits()).toContainEqual({
      executionId,
      stepName: 'Greet',
      workflow: { id: workflowId, name: 'Greeting' },
      wait: expect.objectContaining({ id: waitId, nodeId: 'greet', kind: 'human', request: approval }),
    });

    expect(await answer(waitId, { approved: true, comment: 'Go' })).toEqual({ executionId });

    const { lastSeq } = await web.prisma.execution.findUniqueOrThrow({ where: { id: executionId } });
    await expect.poll(() => heard).toEqual([{ type: 'events', lastSeq }]);
    await expect.poll(() => taken).toContain(executionId);
    await stop();
    expect(await statusOf(executionId)).toBe('queued');
    expect(await web.prisma.wait.findUniqueOrThrow({ where: { id: waitId } })).toMatchObject({
      response: { approved: true, comment: 'Go' },
      answeredById: editor.userId,
      answeredBy: 'Test user',
    });
    expect((await openWaits()).map(({ wait }) => wait.id)).not.toContain(waitId);

    expect(await refusalOf(answer(waitId, { approved: false }))).toMatchObject({ code: 'conflict' });
    expect(taken.filter((id) => id === executionId)).toHaveLength(1);
  });

  it('reaches a reader who follows the execution', async () => {
    const { executionId, waitId } = await ask();
    const context = { prisma: web.prisma, live, workspace: { id: editor.workspaceId } };
    const controller = new AbortController();
    const open: number[] = [];
    const types: string[] = [];
    for await (const message of watchExecution(context, { executionId, since: 0, signal: controller.signal })) {
      if (message.type !== 'update') continue;
      open.push(message.waits.length);
      types.push(...message.events.map(({ type }) => type));
      if (message.waits.length > 0) await answer(waitId, { approved: true });
      else controller.abort();
    }
    expect(open).toEqual([1, 0]);
    expect(types.slice(-3)).toEqual(['step_waiting', 'execution_waiting', 'wait_answered']);
  });

  it('is taken from one of many who give it at once', async () => {
    const { executionId, waitId } = await ask();
    const results = await Promise.allSettled(
      Array.from({ length: 6 }, (_, index) => answer(waitId, { approved: true, comment: `${index}` })),
    );
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []));
    expect(refused).toEqual(Array(5).fill('CONFLICT'));
    const events = { executionId, type: 'wait_answered' };
    expect(await web.prisma.executionEvent.count({ where: events })).toBe(1);
  });

  it('leaves an execution alone that runs other steps', async () => {
    const { executionId, waitId } = await ask({ stillRunning: true });
    await answer(waitId, { approved: true });
    expect(await statusOf(executionId)).toBe('running');
    expect(taken).not.toContain(executionId);
  });

  it('comes too late once its time is over, or the execution was cancelled', async () => {
    const late = await ask({ forMs: 60_000 });
    await expire(late.waitId);
    expect(await refusalOf(answer(late.waitId, { approved: true }))).toMatchObject({ code: 'conflict' });
    expect(await statusOf(late.executionId)).toBe('waiting');

    const cancelled = await ask();
    await requestCancel(web.prisma, { id: cancelled.executionId, workspaceId: editor.workspaceId });
    expect(await refusalOf(answer(cancelled.waitId, { approved: true }))).toMatchObject({ code: 'conflict' });
    expect(await statusOf(cancelled.executionId)).toBe('cancelled');
  });

  it.each<[string, WaitingOptions, HumanResponse, string[]]>([
    ['an approval', {}, { comment: 'Hm' }, ['approved']],
    ['a choice', human({ kind: 'choice', choices: [{ id: 'a', label: 'A' }] }), { choice: 'b' }, ['choice']],
    [
      'a form',
      human({
        kind: 'form',
        fields: [
          { name: 'amount', label: '', type: 'number', required: true, options: [] },
          { name: 'size', label: '', type: 'choice', required: false, options: ['S', 'M'] },
          { name: 'note', label: '', type: 'text', required: true, options: [] },
        ],
      }),
      { values: { amount: '12', size: 'XL', colour: 'red' } },
      ['values.amount', 'values.colour', 'values.note', 'values.size'],
    ],
    ['a budget without a decision', budget, { values: { usd: 1 } }, ['approved']],
    ['a budget without an amount', budget, { approved: true }, ['values.usd']],
    ['a budget in another kind', budget, { approved: true, values: { tokens: 1_000 } }, ['values.usd']],
    ['a budget by nothing', budget, { approved: true, values: { usd: 0 } }, ['values.usd']],
    ['a budget by too much', budget, { approved: true, values: { usd: 1e9 } }, ['values.usd']],
    ['a timer', { wait: { kind: 'timer', request: null }, forMs: 60_000 }, { approved: true }, ['waitId']],
  ])('that does not fit %s is refused with its fields, and changes nothing', async (_, options, response, fields) => {
    const { executionId, waitId } = await ask(options);
    expect(await refusalOf(answer(waitId, response))).toEqual({ code: 'bad_request', fields });
    const rest = await post(waitId, response);
    expect({ status: rest.status, fields: fieldsOf(rest) }).toEqual({ status: 400, fields });
    expect(await isOpen(waitId)).toBe(true);
    expect(await statusOf(executionId)).toBe('waiting');
  });

  it('raises a budget, or stops there', async () => {
    const raised = await ask(budget);
    await answer(raised.waitId, { approved: true, values: { usd: 2.5 } });
    const stopped = await ask(budget);
    await answer(stopped.waitId, { approved: false });
    expect(await readAnsweredBudgetWaits(web.prisma, raised.executionId)).toEqual([
      { id: raised.waitId, request: budgetRequest, response: { approved: true, values: { usd: 2.5 } } },
    ]);
    expect(await readAnsweredBudgetWaits(web.prisma, stopped.executionId)).toMatchObject([
      { response: { approved: false } },
    ]);
    for (const { executionId } of [raised, stopped]) {
      expect(await statusOf(executionId)).toBe('queued');
      await expect.poll(() => taken).toContain(executionId);
    }
  });

  it('is not for viewers, and of another workspace there is no question', async () => {
    const { waitId } = await ask();
    const foreign = { code: 'not_found', fields: [] };
    expect(await refusalOf(answer(waitId, { approved: true }, viewer))).toMatchObject({ code: 'forbidden' });
    expect(await refusalOf(answer(waitId, { approved: true }, stranger))).toEqual(foreign);
    expect(await refusalOf(answer(randomUUID(), { approved: true }))).toEqual(foreign);
    // An answer that does not fit must not tell that the question is there.
    expect(await refusalOf(answer(waitId, {}, stranger))).toEqual(foreign);
    expect(await openWaits(stranger)).toEqual([]);
    expect((await openWaits(viewer)).map(({ wait }) => wait.id)).toContain(waitId);
    expect(await isOpen(waitId)).toBe(true);
  });

  it('names what is malformed', async () => {
    const { waitId } = await ask();
    const caller = (await callAs(editor)).executions;
    const workspace = editor.slug;
    for (const [input, fields] of [
      [{ waitId: 'x', answer: {} }, ['waitId']],
      [{ waitId, answer: { approved: 'yes' } }, ['answer.approved']],
      [{ waitId, answer: { values: { a: [] } } }, ['answer.values.a']],
      [{ waitId, answer: { comment: 'x'.repeat(4_001) } }, ['answer.comment']],
      [{ waitId }, ['answer']],
    ] as const) {
      const call = caller.answerWait({ workspace, ...input } as never);
      expect(await refusalOf(call)).toEqual({ code: 'bad_request', fields });
    }
    expect(await isOpen(waitId)).toBe(true);
  });
});

describe('the inbox', () => {
  it('has what people can decide, oldest first, and nothing that is over', async () => {
    const member = await addMember(web.prisma, { role: 'owner' });
    const add = (options: WaitingOptions = {}) => createWaiting(web.prisma, member, options);
    const first = await add(budget);
    const timer = await add({ wait: { kind: 'timer', request: null }, forMs: 60_000 });
    const second = await add({ stillRunning: true });
    const gone = await add();
    await requestCancel(web.prisma, { id: gone.executionId, workspaceId: member.workspaceId });
    const listed = await openWaits(member);
    expect(listed.map(({ wait }) => wait.id)).toEqual([first.waitId, second.waitId]);
    expect(listed[0]?.wait).toMatchObject({ kind: 'budget', request: budgetRequest });
    expect(timer.waitId).not.toBe(first.waitId);
  });
});

describe('questions over REST', () => {
  it('are listed with what is asked, answered once, and then gone', async () => {
    const { executionId, waitId } = await ask({ forMs: 60_000 });
    const list = () => callRest(waitsRoute.GET, 'GET', { as: tokens.viewer, id: executionId });
    const listed = await list();
    expect(listed.status).toBe(200);
    expect(responseOf('listWaits').parse(listed.json)).toMatchObject({
      items: [
        { id: waitId, execution_id: executionId, node_id: 'greet', iteration: '', kind: 'human', request: approval },
      ],
    });

    const answered = await post(waitId, { approved: true });
    expect(answered).toMatchObject({ status: 202, json: { execution_id: executionId, status: 'queued' } });
    responseOf('answerWait').parse(answered.json);
    await expect.poll(() => taken).toContain(executionId);
    expect((await list()).json).toEqual({ items: [] });
    expect((await post(waitId, { approved: true })).status).toBe(409);
  });

  it('that are over cannot be answered', async () => {
    const { waitId } = await ask({ forMs: 60_000 });
    await expire(waitId);
    expect((await post(waitId, { approved: true })).status).toBe(409);
  });

  it('are refused to viewers and do not exist for others', async () => {
    const { executionId, waitId } = await ask();
    const body = { approved: true };
    expect((await post(waitId, body, { as: tokens.viewer })).status).toBe(403);
    expect((await post(waitId, body, { as: tokens.stranger })).status).toBe(404);
    expect((await post('not-an-id', body)).status).toBe(404);
    expect((await post(waitId, body, { as: '' })).status).toBe(401);
    expect((await callRest(waitsRoute.GET, 'GET', { as: tokens.stranger, id: executionId })).status).toBe(404);
    expect((await callRest(waitsRoute.GET, 'GET', { as: tokens.editor, id: randomUUID() })).status).toBe(404);
    expect(await isOpen(waitId)).toBe(true);
  });

  it('name the fields of a malformed answer', async () => {
    const { waitId } = await ask();
    const malformed = await post(waitId, { approved: 'yes', colour: 'red' });
    expect({ status: malformed.status, fields: fieldsOf(malformed) }).toEqual({
      status: 400,
      fields: ['approved', 'colour'],
    });
    expect((await post(waitId, { approved: true, comment: 'a\u0000b' })).status).toBe(202);
    expect((await web.prisma.wait.findUniqueOrThrow({ where: { id: waitId } })).response).toMatchObject({
      approved: true,
    });
  });
});
