import { requestCancel } from '@agentweaver/db/execution-store';
import { jsonColumn } from '@agentweaver/db/json';
import { publishDraft } from '@agentweaver/db/workflow-store';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { graph } from './support/graph.ts';
import { openPlatform, type Platform } from './support/platform.ts';

vi.setConfig({ testTimeout: 120_000 });

let platform: Platform;
beforeAll(async () => {
  platform = await openPlatform();
});
afterEach(() => platform.reset());
afterAll(() => platform.close());

const ends = [
  { id: 'start', type: 'input' },
  { id: 'end', type: 'output' },
];
const ask = (id: string, config: Record<string, unknown> = {}, parent?: string) => ({
  id,
  type: 'human',
  config: { kind: 'approval', title: `Question of ${id}`, ...config },
  ...(parent === undefined ? {} : { parent }),
});
const isWaiting = ({ status }: { status: string }) => status === 'waiting';

describe('an execution that waits for people', () => {
  const two = graph(
    [...ends, ask('left'), ask('right')],
    ['start>left', 'start>right', 'left.approved>end', 'right.approved>end'],
  );

  test.each([
    ['left', 'right'],
    ['right', 'left'],
  ])('takes the answers of two in any order: %s, then %s', async (one, other) => {
    const { executor, addWorkflow, start, wait, answer } = platform;
    await executor();
    const id = await start(await addWorkflow(two));
    const waiting = await wait(id, isWaiting);
    expect(waiting.steps).toMatchObject({ left: { status: 'waiting' }, right: { status: 'waiting' } });
    await answer(id, { nodeId: one }, { approved: true, comment: one });
    const between = await wait(id, ({ status, steps }) => status === 'waiting' && steps[one]?.status === 'completed');
    expect(between.steps[other]).toMatchObject({ status: 'waiting' });
    await answer(id, { nodeId: other }, { approved: true, comment: other });
    expect(await wait(id)).toMatchObject({
      status: 'completed',
      results: { left: { comment: 'left' }, right: { comment: 'right' } },
      losses: 0,
    });
  });

  test('goes on at once when the answer comes while another step still runs', async () => {
    const { executor, addWorkflow, start, wait, answer, model } = platform;
    await executor();
    model.answer(({ prompt }) => ({ text: prompt, delayMs: 4_000 }));
    const slow = { id: 'slow', type: 'agent', config: { role: 'r', prompt: 'slow' } };
    const id = await start(
      await addWorkflow(
        graph([...ends, ask('who'), slow], ['start>who', 'start>slow', 'who.approved>end', 'slow>end']),
      ),
    );
    await wait(id, ({ steps }) => steps.who?.status === 'waiting');
    await answer(id, { nodeId: 'who' });
    const execution = await wait(id);
    expect(execution).toMatchObject({ status: 'completed', results: { slow: 'slow', who: { approved: true } } });
    expect(execution.events.filter(({ type }) => type === 'execution_waiting')).toEqual([]);
    expect(model.calls).toHaveLength(1);
  });

  test('goes on by itself at the deadline, and then takes no answer any more', async () => {
    const { executor, addWorkflow, start, wait, answer } = platform;
    await executor();
    const late = ask('late', { deadlineMinutes: 0.05, onDeadline: 'branch' });
    const id = await start(
      await addWorkflow(graph([...ends, late], ['start>late', 'late.approved>end', 'late.expired>end'])),
    );
    const waiting = await wait(id, isWaiting);
    expect(waiting.resumeAt?.getTime()).toBeGreaterThan(Date.now());
    expect(await wait(id)).toMatchObject({ status: 'completed', results: { expired: true } });
    await expect(answer(id, { nodeId: 'late' })).rejects.toThrow();
  });

  test('is cancelled while it waits', async () => {
    const { executor, addWorkflow, start, wait, answer, prisma, workspace } = platform;
    await executor();
    const id = await start(await addWorkflow(graph([...ends, ask('never')], ['start>never', 'never.approved>end'])));
    await wait(id, isWaiting);
    await requestCancel(prisma, { id, workspaceId: workspace.workspaceId });
    expect(await wait(id)).toMatchObject({ status: 'cancelled', steps: { never: { status: 'cancelled' } } });
    await expect(answer(id, { nodeId: 'never' })).rejects.toThrow();
  });

  test('may wait in several items of a map, which go on one by one', async () => {
    const { executor, addWorkflow, start, wait, answer } = platform;
    const workflow = await addWorkflow(
      graph(
        [
          ...ends,
          { id: 'each', type: 'map', config: { list: '{{ input }}' } },
          ask('each_one', { title: '{{ item }}?' }, 'each'),
        ],
        ['start>each', 'each>end'],
      ),
    );
    const first = await executor();
    const id = await start(workflow, { input: ['a', 'b', 'c'] });
    await wait(id, isWaiting);
    await answer(id, { nodeId: 'each_one', iteration: 'each[2]' }, { approved: true, comment: 'c' });
    await wait(
      id,
      ({ status, allSteps }) =>
        status === 'waiting' && allSteps.some((step) => step.status === 'completed' && step.iteration === 'each[2]'),
    );
    await first.killHard();
    await executor();
    await answer(id, { nodeId: 'each_one', iteration: 'each[0]' }, { approved: true, comment: 'a' });
    await answer(id, { nodeId: 'each_one', iteration: 'each[1]' }, { approved: false, comment: 'b' });
    const execution = await wait(id);
    expect(execution).toMatchObject({
      status: 'completed',
      results: ['a', 'b', 'c'].map((comment) => ({ comment })),
    });
  });

  test('counts only the time that it runs against its limit', async () => {
    const { executor, addWorkflow, start, wait, answer, prisma } = platform;
    await executor();
    const id = await start(
      await addWorkflow(graph([...ends, ask('slow')], ['start>slow', 'slow.approved>end'], { timeoutMs: 20_000 })),
    );
    await wait(id, isWaiting);
    // As if it had begun yesterday.
    await prisma.$executeRaw`
      UPDATE executions SET queued_at = now() - interval '1 day', started_at = now() - interval '1 day' WHERE id = ${id}::uuid`;
    await answer(id, { nodeId: 'slow' });
    const { status, executionTimeMs } = await wait(id);
    expect(status).toBe('completed');
    expect(executionTimeMs).toBeLessThan(20_000);
  });
});

describe('an agent', () => {
  const agent = (id: string, config: Record<string, unknown> = {}) => ({
    id,
    type: 'agent',
    config: { role: 'worker', prompt: `${id}: {{ previous }}`, ...config },
  });

  test('that asks a person goes on with the answer, and pays for no call twice', async () => {
    const { executor, addWorkflow, start, wait, answer, model } = platform;
    const input = { question: 'When may it ship?' };
    model.answer((_call, index) =>
      index === 0 ? { toolCalls: [{ name: 'ask_person', input }] } : { text: 'shipped' },
    );
    const first = await executor();
    const asks = agent('shipper', { tools: [{ tool: 'ask_person', settings: {} }] });
    const id = await start(await addWorkflow(graph([...ends, asks], ['start>shipper', 'shipper>end'])));
    await wait(id, isWaiting);
    await first.killHard();
    await executor();
    await answer(id, { nodeId: 'shipper' }, { values: { answer: 'on Monday' } });
    expect(await wait(id)).toMatchObject({ status: 'completed', results: 'shipped', inputTokens: 20 });
    expect(model.calls).toHaveLength(2);
    expect(model.calls[1]?.prompt).toContain('on Monday');
  });

  const limited = graph([...ends, agent('one'), agent('two')], ['start>one', 'one>two', 'two>end'], {
    budget: { modelCalls: 1, onReached: 'ask' },
  });

  test('whose budget is used up waits, and goes on when somebody raises it', async () => {
    const { executor, addWorkflow, start, wait, answer, model } = platform;
    await executor();
    const id = await start(await addWorkflow(limited), { input: 'x' });
    const waiting = await wait(id, isWaiting);
    expect(waiting.steps).toMatchObject({ one: { status: 'completed' }, two: { status: 'waiting' } });
    expect(model.calls).toHaveLength(1);
    await answer(id, { nodeId: 'two' }, { approved: true, values: { modelCalls: 1 } });
    expect(await wait(id)).toMatchObject({ status: 'completed', results: 'echo: two: echo: one: x' });
    expect(model.calls).toHaveLength(2);
  });

  test('whose budget nobody raises fails', async () => {
    const { executor, addWorkflow, start, wait, answer, model } = platform;
    await executor();
    const id = await start(await addWorkflow(limited), { input: 'x' });
    await wait(id, isWaiting);
    await answer(id, { nodeId: 'two' }, { approved: false });
    expect(await wait(id)).toMatchObject({ status: 'failed', error: { code: 'budget_exceeded', nodeId: 'two' } });
    expect(model.calls).toHaveLength(1);
  });
});

test('a long delay gives its sandbox back, and the execution goes on when its time has come', async () => {
  const { executor, addWorkflow, start, wait, prisma } = platform;
  await executor();
  const id = await start(
    await addWorkflow(
      graph([...ends, { id: 'delay', type: 'delay', config: { seconds: 3_600 } }], ['start>delay', 'delay>end']),
    ),
    { input: 'kept' },
  );
  const waiting = await wait(id, isWaiting);
  expect(waiting.resumeAt?.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
  // An hour later.
  await prisma.wait.updateMany({ where: { executionId: id }, data: { until: new Date() } });
  await prisma.execution.update({ where: { id }, data: { resumeAt: new Date() } });
  expect(await wait(id)).toMatchObject({ status: 'completed', results: 'kept' });
});

test('a workflow inside a step goes on in the version that it began with', async () => {
  const { executor, addWorkflow, start, wait, answer, prisma, workspace } = platform;
  const inner = (text: string) =>
    graph(
      [...ends, ask('sure'), { id: 'say', type: 'transform', config: { mode: 'template', template: text } }],
      ['start>sure', 'sure.approved>say', 'say>end'],
    );
  const workflowId = await addWorkflow(inner('the first version'), 'Inner');
  const publish = () =>
    publishDraft(prisma, { workspaceId: workspace.workspaceId, workflowId, userId: workspace.userId, note: '' });
  await publish();
  const outer = graph(
    [...ends, { id: 'call', type: 'workflow', config: { workflow: workflowId } }],
    ['start>call', 'call>end'],
  );
  const outerId = await addWorkflow(outer, 'Outer');
  const first = await executor();
  const id = await start(outerId);
  await wait(id, isWaiting);
  await first.killHard();

  await prisma.workflowDraft.update({
    where: { workflowId },
    data: { definition: jsonColumn(inner('the second version')) },
  });
  await publish();
  await answer(id, { nodeId: 'sure', iteration: 'call[0]' });
  await executor();
  const execution = await wait(id);
  expect(execution).toMatchObject({ status: 'completed', results: 'the first version' });
  expect(execution.allSteps.filter(({ iteration }) => iteration === 'call[0]').map(({ nodeName }) => nodeName)).toEqual(
    expect.arrayContaining(['The say', 'The sure']),
  );
  const again = await start(outerId);
  await wait(again, isWaiting);
  await answer(again, { nodeId: 'sure', iteration: 'call[0]' });
  expect(await wait(again)).toMatchObject({ results: 'the second version' });
});
