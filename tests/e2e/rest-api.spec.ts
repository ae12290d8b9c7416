import { expect } from '@playwright/test';
import { problemOf } from './support/api.ts';
import { cyclic, greeting, longWait, summary } from './support/definitions.ts';
import { test } from './support/test.ts';

test('a workflow is created, executed and polled until its result is there', async ({ api }) => {
  const workflowId = await api.createWorkflow('Greeting over REST', greeting);
  const listed = await (await api.context.get('workflows')).json();
  expect(listed.items.map((item: { id: string }) => item.id)).toContain(workflowId);
  expect(await (await api.context.get(`workflows/${workflowId}`)).json()).toMatchObject({
    id: workflowId,
    name: 'Greeting over REST',
  });

  const execution = await api.waitFor(await api.execute(workflowId, { name: 'Ada' }), 'completed');
  expect(execution).toMatchObject({
    workflow_id: workflowId,
    input_data: { name: 'Ada' },
    results: 'Hello, Ada!',
    total_cost: 0,
    error_message: null,
  });
  expect(execution.execution_time).toBeGreaterThan(0);
  expect(Date.parse(execution.completed_at ?? '')).toBeGreaterThanOrEqual(Date.parse(execution.started_at ?? ''));
});

test('the log of an execution names the agent that speaks', async ({ api }) => {
  const workflowId = await api.createWorkflow('Summary over REST', summary);
  const text = 'The parcel came a week late. The lid was broken. The support team answered at once.';
  const id = await api.execute(workflowId, { text });
  await api.waitFor(id, 'completed');
  const logs = await api.logs(id);
  expect(logs.map((log) => log.agent_role)).toContain('Editor');
  expect(logs.every((log) => !Number.isNaN(Date.parse(log.created_at)))).toBe(true);
});

test('the same idempotency key starts one execution', async ({ api }) => {
  const workflowId = await api.createWorkflow('Once', greeting);
  const headers = { 'Idempotency-Key': 'order-4711' };
  const first = await api.execute(workflowId, { name: 'Ada' }, headers);
  const second = await api.execute(workflowId, { name: 'Ada' }, headers);
  expect(second).toBe(first);
});

test('a running execution is cancelled', async ({ api }) => {
  const workflowId = await api.createWorkflow('Long wait', longWait);
  const id = await api.execute(workflowId, {});
  await api.waitFor(id, 'running');
  const response = await api.context.post(`executions/${id}/cancel`);
  expect(response.ok(), await response.text()).toBe(true);
  const cancelled = await api.waitFor(id, 'cancelled');
  expect(cancelled.completed_at).not.toBeNull();
});

test('a workflow that cannot run is refused with the field named, and not stored', async ({ api }) => {
  const countOf = async () => (await (await api.context.get('workflows?limit=100')).json()).items.length;
  const before = await countOf();
  const [input, greet, output] = greeting.nodes;
  const cases: [string, unknown, RegExp][] = [
    ['no definition', undefined, /definition/],
    ['nodes are not a list', { nodes: 'none', edges: [] }, /nodes/],
    ['unknown node type', { ...greeting, nodes: [input, { ...greet, type: 'teleport' }, output] }, /greet|nodes/],
    ['cycle', cyclic, /a|b|edges/],
    [
      'broken expression',
      { ...greeting, nodes: [input, { ...greet, config: { template: '{{ input. }}' } }, output] },
      /template/,
    ],
  ];
  for (const [name, definition, field] of cases) {
    const problem = await problemOf(await api.context.post('workflows', { data: { name, definition } }), 422);
    expect(problem.errors?.map((error) => error.field).join(' '), name).toMatch(field);
  }
  expect(await countOf()).toBe(before);
});

test('bad requests are refused with a clear problem', async ({ api }) => {
  const headers = { 'content-type': 'application/json' };
  await problemOf(await api.context.post('workflows', { headers, data: Buffer.from('{"name": ') }), 400);
  const huge = Buffer.from(JSON.stringify({ name: 'x'.repeat(20 * 1024 * 1024) }));
  await problemOf(await api.context.post('workflows', { headers, data: huge }), 413);
  const unknown = '01890000-0000-7000-8000-000000000000';
  await problemOf(await api.context.get(`workflows/${unknown}`), 404);
  await problemOf(await api.context.get('executions/not-an-id'), 404);
  await problemOf(await api.context.get('workflows', { headers: { authorization: 'Bearer wrong' } }), 401);
});

test('the OpenAPI document describes the routes', async ({ api }) => {
  const document = await (await api.context.get('openapi.json')).json();
  expect(document.openapi).toMatch(/^3\./);
  expect(Object.keys(document.paths).join(' ')).toContain('/workflows/{id}/execute');
});
