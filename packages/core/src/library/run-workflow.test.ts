import { describe, expect, it } from 'vitest';
import { answer } from '../agents/testing/scripted-model.ts';
import type { WorkflowDefinitionInput } from '../definition/workflow-definition.ts';
import type { EngineEvent } from '../engine/events.ts';
import { Suspended } from '../host/suspended.ts';
import { collectRun } from './collect-run.ts';
import { createHost } from './create-host.ts';
import { type RunWorkflowOptions, runWorkflow } from './run-workflow.ts';

const definition = (more: Partial<WorkflowDefinitionInput> = {}, node: object = {}): WorkflowDefinitionInput => ({
  nodes: [
    { id: 'start', type: 'input', name: 'Start', config: { fields: [] } },
    { id: 'one', type: 'agent', name: 'One', config: { prompt: 'Say it' }, ...node },
    { id: 'two', type: 'agent', name: 'Two', config: { prompt: 'Say it again' } },
    { id: 'end', type: 'output', name: 'End' },
  ],
  edges: [
    { id: 'e1', source: 'start', target: 'one' },
    { id: 'e2', source: 'one', target: 'two' },
    { id: 'e3', source: 'two', target: 'end' },
  ],
  ...more,
});

const priced = (models: string[] = []) => {
  const host = createHost();
  host.model.generate = async ({ model }) => {
    models.push(model);
    return answer('Said.', { usage: { inputTokens: 50, outputTokens: 50, cachedInputTokens: 0, reasoningTokens: 0 } });
  };
  return host;
};
const run = (wanted: WorkflowDefinitionInput, options: RunWorkflowOptions = {}) =>
  collectRun(runWorkflow(wanted, {}, options));

describe('running any workflow', () => {
  it('reports every event, with the demo model when there is no host', async () => {
    const { status, steps } = await run(definition());
    expect(status).toBe('completed');
    expect(steps.map(({ id }) => id)).toEqual(['start', 'one', 'two', 'end']);
    expect(steps[1]?.model).toBe('demo/demo-model');
  });

  it('refuses one that is wrong, naming everything', async () => {
    await expect(run({ nodes: [], edges: [] })).rejects.toMatchObject({ data: { code: 'invalid_workflow' } });
    await expect(run({ nodes: 5 } as never)).rejects.toThrow('cannot run');
  });

  it('goes on from finished steps', async () => {
    const models: string[] = [];
    const first = await run(definition(), { host: priced(models) });
    const finished = first.finished.filter(({ nodeId }) => nodeId !== 'two' && nodeId !== 'end');
    const second = await run(definition(), { host: priced(models), resumeFrom: finished });
    expect(second.results).toBe('Said.');
    expect(models).toHaveLength(3);
  });

  it('says what it waits for', async () => {
    const host = createHost();
    host.model.generate = () => Promise.reject(new Suspended({ kind: 'human' }));
    const { status, waits, steps } = await run(definition(), { host });
    expect(status).toBe('waiting');
    expect(waits).toMatchObject([{ nodeId: 'one', kind: 'human' }]);
    expect(steps.find(({ id }) => id === 'one')?.status).toBe('waiting');
  });

  it('says why it ended when no step failed', async () => {
    const host = createHost();
    host.model.generate = (_, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const { status, errors, steps } = await run(definition({ settings: { timeoutMs: 1_000 } }), { host });
    expect({ status, errors }).toMatchObject({
      status: 'failed',
      errors: [{ code: 'execution_timeout', continued: false }],
    });
    expect(steps.find(({ id }) => id === 'one')?.status).toBe('cancelled');
  });
});

describe('budgets', () => {
  it('of the run count before the one in the settings', async () => {
    const wanted = definition({ settings: { budget: { modelCalls: 0 } } });
    expect((await run(wanted, { host: priced() })).errors).toMatchObject([{ code: 'budget_exceeded', nodeId: 'one' }]);
    expect((await run(wanted, { host: priced(), budget: { modelCalls: 2 } })).status).toBe('completed');
  });

  it('of a node are its own', async () => {
    const { errors } = await run(definition({}, { budget: { tokens: 10 } }), { host: priced() });
    expect(errors).toMatchObject([{ code: 'budget_exceeded', nodeId: 'one' }]);
  });

  it('may go on with a cheaper model, the price of auto known', async () => {
    const models: string[] = [];
    const host = {
      ...priced(models),
      resolveModel: (id: string) => (id === 'auto' ? 'anthropic/claude-opus-4-5' : id),
      prices: {},
    };
    const budget = { usd: 0.001, onReached: 'downgrade' as const, downgradeTo: 'demo/demo-model' };
    const { status } = await run(definition(), { host, budget });
    expect(status).toBe('completed');
    expect(models[0]).toBe('demo/demo-model');
  });

  it('that would ask fail here, where there is nobody to ask', async () => {
    const { errors } = await run(definition(), { host: priced(), budget: { modelCalls: 0, onReached: 'ask' } });
    expect(errors).toMatchObject([{ code: 'budget_exceeded' }]);
  });

  it('do without a host that knows what auto is', async () => {
    const { resolveModel: _, prices: __, ...host } = priced();
    expect((await run(definition(), { host, budget: { modelCalls: 1 } })).errors).toMatchObject([{ nodeId: 'two' }]);
  });
});

it('sums up attempts and tools of a step', async () => {
  const at = (ms: number, event: object) => ({ at: ms, nodeId: 'a', iteration: 'each[0]', ...event }) as EngineEvent;
  const error = { code: 'node_failed' as const, message: 'no' };
  async function* events() {
    yield at(5, { type: 'execution_started', resumedSteps: 0 });
    yield at(5, { type: 'tool_started', callId: 'lost', tool: 'x', input: 1 });
    yield at(10, { type: 'step_started', attempt: 1, input: null });
    yield at(12, { type: 'step_retrying', attempt: 1, delayMs: 1, error });
    yield at(13, { type: 'tool_started', callId: '1', tool: 'look', input: { q: 1 } });
    yield at(14, { type: 'tool_completed', callId: '1', tool: 'look', error, durationMs: 1 });
    yield at(20, { type: 'step_failed', attempt: 2, error, continued: false });
    yield at(21, { type: 'execution_failed', error });
  }
  const { steps, errors, executionTime } = await collectRun(events());
  expect(executionTime).toBe(16);
  expect(errors).toEqual([{ ...error, nodeId: 'a', iteration: 'each[0]', continued: false }]);
  expect(steps).toEqual([
    {
      id: 'a',
      iteration: 'each[0]',
      status: 'failed',
      error,
      attempts: 2,
      durationMs: 10,
      tools: [{ tool: 'look', input: { q: 1 }, error, durationMs: 1 }],
    },
  ]);
});
