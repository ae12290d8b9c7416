import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { graph } from './support/graph.ts';
import { openPlatform, type Platform } from './support/platform.ts';
import { docker } from './support/sandboxes.ts';

vi.setConfig({ testTimeout: 120_000 });

const sandbox = docker ? 'docker' : 'process';
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
const agent = (id: string, prompt: string, config: Record<string, unknown> = {}, parent?: string) => ({
  id,
  type: 'agent',
  config: { role: 'worker', prompt, ...config },
  ...(parent === undefined ? {} : { parent }),
});
const prompts = () => platform.model.calls.map(({ prompt }) => prompt);
const answered = () => platform.model.answer(({ prompt }) => ({ text: `done ${prompt}` }));
/** Answers at once but for the call with this number, which does not come back before the executor is killed. */
const hangAt = (number: number) =>
  platform.model.answer(({ prompt }, index) => ({ text: `done ${prompt}`, delayMs: index === number ? 60_000 : 10 }));

describe('an executor that is killed', () => {
  test('inside a map: its items go on where they were, and no answered call is made again', async () => {
    const { executor, addWorkflow, start, wait, model } = platform;
    const workflow = await addWorkflow(
      graph(
        [
          ...ends,
          { id: 'each', type: 'map', config: { list: '{{ input }}', maxParallel: 1 } },
          agent('ask', 'item {{ item }}', {}, 'each'),
          { id: 'shout', type: 'transform', parent: 'each', config: { mode: 'template', template: '{{ previous }}!' } },
        ],
        ['start>each', 'each>end', 'ask>shout'],
      ),
    );
    hangAt(3);
    const first = await executor({ sandbox });
    const id = await start(workflow, { input: ['a', 'b', 'c', 'd', 'e'] });
    await model.reached(4);
    await wait(id, ({ allSteps }) =>
      allSteps.some(
        ({ nodeId, iteration, status }) => nodeId === 'shout' && iteration === 'each[2]' && status === 'completed',
      ),
    );
    await first.killHard();

    answered();
    await executor({ sandbox });
    const execution = await wait(id);
    expect(execution).toMatchObject({
      status: 'completed',
      results: ['a', 'b', 'c', 'd', 'e'].map((item) => `done item ${item}!`),
      attempts: 2,
      // Counted anew since a step has finished.
      losses: 0,
    });
    expect(prompts()).toEqual(['a', 'b', 'c', 'd', 'd', 'e'].map((item) => `item ${item}`));
    const rounds = execution.allSteps.filter(({ nodeId }) => nodeId === 'ask');
    expect(rounds.map(({ iteration, status }) => [iteration, status])).toEqual(
      [0, 1, 2, 3, 4].map((index) => [`each[${index}]`, 'completed']),
    );
    expect(
      execution.events.filter(
        ({ type, nodeId, iteration }) => type === 'step_started' && nodeId === 'ask' && iteration === 'each[0]',
      ),
    ).toHaveLength(1);
    expect(execution).toMatchObject({ inputTokens: 50, outputTokens: 25 });
    expect(execution.events.map(({ seq }) => seq)).toEqual(execution.events.map((_, index) => index + 1));
  });

  test('inside a feedback loop: the rounds before are not run again', async () => {
    const { executor, addWorkflow, start, wait, model } = platform;
    const criteria = [{ kind: 'regex', name: 'Good', pattern: 'third' }];
    const workflow = await addWorkflow(
      graph(
        [
          ...ends,
          agent('draft', 'write {{ feedback.round }}'),
          { id: 'review', type: 'evaluate', config: { judged: 'draft', criteria, maxRounds: 5 } },
        ],
        ['start>draft', 'draft>review', 'review.pass>end', 'review.fail>end'],
      ),
    );
    const versions = ['first', 'second', 'third', 'third'];
    platform.model.answer((_call, index) => ({ text: versions[index] ?? '', delayMs: index === 2 ? 60_000 : 10 }));
    const first = await executor({ sandbox });
    const id = await start(workflow);
    await model.reached(3);
    await wait(id, ({ allSteps }) => allSteps.some(({ iteration }) => iteration === 'review[2]'));
    await first.killHard();

    await executor({ sandbox });
    const execution = await wait(id);
    expect(execution).toMatchObject({ status: 'completed', attempts: 2 });
    expect(model.calls).toHaveLength(4);
    expect(
      execution.allSteps.filter(({ nodeId }) => nodeId === 'review').map(({ iteration, ports }) => [iteration, ports]),
    ).toEqual([
      ['', ['back']],
      ['review[1]', ['back']],
      ['review[2]', ['pass']],
    ]);
  });

  test('while it waits for a person: another executor goes on with the answer', async () => {
    const { executor, addWorkflow, start, wait, answer } = platform;
    const workflow = await addWorkflow(
      graph([...ends, { id: 'ask', type: 'human', config: { kind: 'approval' } }], ['start>ask', 'ask.approved>end']),
    );
    const first = await executor({ sandbox });
    const id = await start(workflow);
    const waiting = await wait(id, ({ status }) => status === 'waiting');
    expect(waiting).toMatchObject({ attemptId: null, executorId: null });
    if (docker) {
      // It holds no container either.
      const label = { label: [`agentweaver.execution=${id}`] };
      await expect.poll(() => docker?.listContainers({ all: true, filters: label })).toEqual([]);
    }
    await first.killHard();
    await answer(id, { nodeId: 'ask' }, { approved: true, comment: 'fine' });

    await executor({ sandbox });
    expect(await wait(id)).toMatchObject({
      status: 'completed',
      results: { approved: true, by: 'Ada', comment: 'fine' },
      losses: 0,
    });
  });
});

describe('an executor that is killed while an agent uses tools', () => {
  /** A server that counts what is posted to it; it answers when `answers` says so. */
  const startToolServer = async (answers: (count: number) => boolean) => {
    let count = 0;
    const server = createServer((_request, response) => {
      count += 1;
      if (answers(count)) response.end(JSON.stringify({ order: 42 }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      host,
      count: () => count,
      close: () => {
        server.closeAllConnections();
        server.close();
      },
    };
  };
  const withTool = graph(
    [...ends, agent('buyer', 'buy it', { tools: [{ tool: 'http_request', settings: { allowed: 'write' } }] })],
    ['start>buyer', 'buyer>end'],
  );

  test('after the tool: it is not used again, and the model is not paid again', async () => {
    const { executor, addWorkflow, start, wait, model } = platform;
    const server = await startToolServer(() => true);
    try {
      const post = {
        name: 'http_request',
        input: { method: 'POST', url: `http://${server.host}/orders`, body: { item: 1 } },
      };
      model.answer((_call, index) =>
        index === 0 ? { toolCalls: [post] } : { text: 'bought', delayMs: index === 1 ? 60_000 : 10 },
      );
      const options = { sandbox, env: { EGRESS_ALLOWED_PRIVATE_HOSTS: server.host } } as const;
      const first = await executor(options);
      const id = await start(await addWorkflow(withTool));
      await model.reached(2);
      await first.killHard();

      await executor(options);
      expect(await wait(id)).toMatchObject({ status: 'completed', results: 'bought', attempts: 2 });
      expect(server.count()).toBe(1);
      expect(model.calls).toHaveLength(3);
      expect(model.calls[2]?.prompt).toContain('42');
      expect(await platform.prisma.modelCall.count({ where: { executionId: id } })).toBe(2);
    } finally {
      server.close();
    }
  });

  test('in the middle of a tool that must not be used twice: it is not, and a person is to look', async () => {
    const { executor, addWorkflow, start, wait, model } = platform;
    const server = await startToolServer(() => false);
    try {
      const post = {
        name: 'http_request',
        input: { method: 'POST', url: `http://${server.host}/orders`, body: { item: 1 } },
      };
      model.answer(() => ({ toolCalls: [post] }));
      const options = { sandbox, env: { EGRESS_ALLOWED_PRIVATE_HOSTS: server.host } } as const;
      const first = await executor(options);
      const id = await start(await addWorkflow(withTool));
      await expect.poll(server.count, { timeout: 30_000 }).toBe(1);
      await first.killHard();

      await executor(options);
      expect(await wait(id)).toMatchObject({
        status: 'failed',
        error: {
          code: 'not_repeatable',
          nodeId: 'buyer',
          hint: expect.stringContaining('Look whether it took effect'),
        },
      });
      expect(server.count()).toBe(1);
      expect(model.calls).toHaveLength(1);
    } finally {
      server.close();
    }
  });

  test('in the middle of a step that must not be made twice: it fails and says what to do', async () => {
    const { executor, addWorkflow, start, wait } = platform;
    const server = await startToolServer(() => false);
    try {
      const config = { method: 'POST', url: `http://${server.host}/orders`, body: '1' };
      const workflow = await addWorkflow(
        graph([...ends, { id: 'order', type: 'http_request', config }], ['start>order', 'order>end']),
      );
      const options = { sandbox, env: { EGRESS_ALLOWED_PRIVATE_HOSTS: server.host } } as const;
      const first = await executor(options);
      const id = await start(workflow);
      await expect.poll(server.count, { timeout: 30_000 }).toBe(1);
      await first.killHard();

      await executor(options);
      expect(await wait(id)).toMatchObject({
        status: 'failed',
        error: { code: 'not_repeatable', nodeId: 'order', hint: expect.stringContaining('run again from this step') },
      });
      expect(server.count()).toBe(1);
    } finally {
      server.close();
    }
  });
});
