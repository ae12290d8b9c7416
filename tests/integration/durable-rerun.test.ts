import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { ExecutionRow } from './support/executions.ts';
import { graph } from './support/graph.ts';
import { openPlatform, type Platform } from './support/platform.ts';

vi.setConfig({ testTimeout: 120_000 });

let platform: Platform;
let workflow: string;
let first: ExecutionRow;

const agent = (id: string, prompt: string, parent?: string) => ({
  id,
  type: 'agent',
  config: { role: 'worker', prompt },
  ...(parent === undefined ? {} : { parent }),
});

beforeAll(async () => {
  platform = await openPlatform();
});
afterAll(() => platform.close());
afterEach(() => platform.reset());

/** start → each(research) → write → check → end: four model calls. */
beforeEach(async () => {
  const { executor, addWorkflow, start, wait, model } = platform;
  await executor();
  workflow = await addWorkflow(
    graph(
      [
        { id: 'start', type: 'input' },
        { id: 'each', type: 'map', config: { list: '{{ input }}' } },
        agent('research', 'research {{ item }}', 'each'),
        agent('write', 'write about {{ $join(previous, ", ") }}'),
        agent('check', 'check <{{ previous }}>'),
        { id: 'end', type: 'output' },
      ],
      ['start>each', 'each>write', 'write>check', 'check>end'],
    ),
  );
  const id = await start(workflow, { input: ['a', 'b'] });
  first = await wait(id);
  expect(first).toMatchObject({ status: 'completed' });
  expect(model.calls).toHaveLength(4);
  model.calls.length = 0;
});

const rerun = async (reuse: { from: string; editedOutput?: unknown }, only?: string) => {
  const { start, wait } = platform;
  const id = await start(workflow, {
    input: ['a', 'b'],
    reuse: { executionId: first.id, ...reuse },
    ...(only ? { only } : {}),
  });
  return wait(id);
};
const prompts = () => platform.model.calls.map(({ prompt }) => prompt);

test('running again from a step asks models only from there on', async () => {
  const execution = await rerun({ from: 'check' });
  expect(execution).toMatchObject({ status: 'completed', results: first.results, rerunOfId: first.id });
  expect(prompts()).toEqual(['check <echo: write about echo: research a, echo: research b>']);
  expect(execution).toMatchObject({ inputTokens: 10, outputTokens: 5 });
  expect(execution.steps).toMatchObject({
    write: { status: 'completed', reusedFromId: first.id, inputTokens: 0, edited: false },
    check: { status: 'completed', reusedFromId: null, inputTokens: 10 },
  });
  expect(execution.allSteps.filter(({ iteration }) => iteration !== '')).toHaveLength(2);
  const started = execution.events.filter(({ type }) => type === 'step_started').map(({ nodeId }) => nodeId);
  expect(started).toEqual(['check', 'end']);
});

test('an edited output runs what comes after it', async () => {
  const execution = await rerun({ from: 'write', editedOutput: 'my own words' });
  expect(execution).toMatchObject({ status: 'completed', results: 'echo: check <my own words>' });
  expect(prompts()).toEqual(['check <my own words>']);
  expect(execution.steps.write).toMatchObject({ status: 'completed', edited: true, output: 'my own words' });
});

test('one step alone gets what came before it and nothing else runs', async () => {
  const execution = await rerun({ from: 'write' }, 'write');
  expect(execution).toMatchObject({
    status: 'completed',
    results: 'echo: write about echo: research a, echo: research b',
    onlyNodeId: 'write',
  });
  expect(prompts()).toEqual(['write about echo: research a, echo: research b']);
  expect(execution.steps).toMatchObject({ check: { status: 'skipped' }, end: { status: 'skipped' } });
});

test('a container runs again as a whole', async () => {
  const execution = await rerun({ from: 'each' });
  expect(execution).toMatchObject({ status: 'completed', results: first.results });
  expect(prompts()).toHaveLength(4);
  expect(execution.allSteps.filter(({ reusedFromId }) => reusedFromId !== null).map(({ nodeId }) => nodeId)).toEqual([
    'start',
  ]);
});

test('a run that was taken over in part goes on after its executor was killed', async () => {
  const { executor, start, wait, model } = platform;
  model.answer(({ prompt }, index) => ({ text: `echo: ${prompt}`, delayMs: index === 0 ? 60_000 : 10 }));
  const id = await start(workflow, { input: ['a', 'b'], reuse: { executionId: first.id, from: 'write' } });
  await model.reached(1);
  await platform.reset();
  await executor();
  const execution = await wait(id);
  expect(execution).toMatchObject({ status: 'completed', results: first.results });
  // The call that was under way when it was killed was counted away with the reset.
  expect(prompts().map((prompt) => prompt.split(' ')[0])).toEqual(['write', 'check']);
});
