import { agentMessageSchema } from '@agentweaver/core/messaging/message';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
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

const subtask = (title: string, specialist: string, dependsOn: number[] = []) => ({
  title,
  task: `Do ${title}`,
  skills: [],
  dependsOn,
  specialist,
});
const PLAN = {
  complexity: 'moderate',
  reason: 'Two views and a text.',
  subtasks: [subtask('costs', 'ann'), subtask('law', 'bob'), subtask('text', 'cy', [1, 2])],
};

const team = () =>
  graph(
    [
      { id: 'start', type: 'input', config: { fields: [] } },
      {
        id: 'team',
        type: 'coordinator',
        config: {
          task: 'Report on {{ input.topic }}',
          specialists: [
            { id: 'ann', role: 'one', tools: [{ tool: 'calculator' }] },
            { id: 'bob', role: 'two' },
            { id: 'cy', role: 'three' },
          ],
        },
      },
      { id: 'end', type: 'output', config: { value: '{{ previous.answer }}' } },
    ],
    ['start>team', 'team>end'],
  );

const partOf = (prompt: string) => /whole task: (\w+)/.exec(prompt)?.[1];

/** Everything is answered at once, but for the part of this name when it is asked for the first time. */
const answering = (slow?: string) => {
  const { model } = platform;
  model.answer(({ prompt }) => {
    if (prompt.startsWith('Decide how complex')) return { text: JSON.stringify(PLAN) };
    if (prompt.startsWith('Combine')) return { text: 'The report.' };
    const part = partOf(prompt);
    return { text: `${part} is done`, delayMs: part !== undefined && part === slow ? 60_000 : 0 };
  });
};

test('a team works in a sandbox: parts, messages and sums are in the log', async () => {
  answering();
  await platform.executor({ sandbox });
  const id = await platform.start(await platform.addWorkflow(team()), { input: { topic: 'tea' } });
  const execution = await platform.wait(id);
  expect(execution).toMatchObject({ status: 'completed', results: 'The report.', inputTokens: 50, outputTokens: 25 });
  expect(execution.steps.team?.output).toMatchObject({
    complexity: 'moderate',
    subtasks: [
      { id: 't1', specialist: 'ann', result: 'costs is done' },
      { id: 't2', specialist: 'bob', result: 'law is done' },
      { id: 't3', specialist: 'cy', result: 'text is done', dependsOn: ['t1', 't2'] },
    ],
  });
  const messages = execution.events
    .filter(({ type }) => type === 'message')
    .map(({ data }) => agentMessageSchema.parse((data as { message: unknown }).message));
  expect(messages.map(({ kind, status }) => `${kind} ${status}`).sort()).toEqual([
    ...Array.from({ length: 3 }, () => 'request delivered'),
    ...Array.from({ length: 3 }, () => 'response delivered'),
  ]);
  expect(platform.model.calls.map(({ prompt }) => partOf(prompt)).filter(Boolean)).toHaveLength(3);
});

test('a team that is killed goes on where it was, and asks nothing twice that was answered', async () => {
  answering('law');
  const first = await platform.executor({ sandbox });
  const id = await platform.start(await platform.addWorkflow(team()), { input: { topic: 'tea' } });
  // The plan, and two parts at the same time; the one that is answered has been kept.
  await platform.model.reached(3);
  await vi.waitUntil(
    async () =>
      (await platform.prisma.modelCall.count({ where: { executionId: id, completedAt: { not: null } } })) === 2,
    { timeout: 30_000, interval: 100 },
  );
  await first.killHard();

  answering();
  await platform.executor({ sandbox });
  const execution = await platform.wait(id);
  expect(execution).toMatchObject({ status: 'completed', results: 'The report.', losses: 0 });
  const asked = platform.model.calls.map(({ prompt }) => partOf(prompt) ?? prompt.split(' ')[0]).sort();
  expect(asked).toEqual(['Combine', 'Decide', 'costs', 'law', 'law', 'text']);
});
