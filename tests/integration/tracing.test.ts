import { randomBytes } from 'node:crypto';
import { startTracing } from '@agentweaver/db/tracing/start-tracing';
import { setActiveTracing, type Tracing } from '@agentweaver/db/tracing/tracing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import * as waitsRoute from '../../apps/web/src/app/api/v1/executions/[id]/waits/route.ts';
import * as answerRoute from '../../apps/web/src/app/api/v1/waits/[id]/answer/route.ts';
import * as executeRoute from '../../apps/web/src/app/api/v1/workflows/[id]/execute/route.ts';
import * as workflowsRoute from '../../apps/web/src/app/api/v1/workflows/route.ts';
import { getEnv } from '../../apps/web/src/server/env.ts';
import { waitForExecution } from './support/executions.ts';
import { startExecutor, type TestExecutor } from './support/executor.ts';
import { graph } from './support/graph.ts';
import { type ModelServer, startModelServer } from './support/model-server.ts';
import { type CollectedSpan, type OtlpCollector, startOtlpCollector } from './support/otlp-collector.ts';
import { callRest } from './support/rest.ts';
import { callAs, refusalOf } from './support/trpc.ts';
import { addMember, openWeb, type TestMember, tokenOf, type WebUnderTest } from './support/web.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const SECRET = 'what a person wrote';
const definition = graph(
  [
    { id: 'start', type: 'input' },
    { id: 'write', type: 'agent', config: { role: 'Writer', prompt: `${SECRET}: {{ input.text }}`, maxTokens: 50 } },
    { id: 'ask', type: 'human', config: { kind: 'approval', title: 'Go on?' } },
    { id: 'end', type: 'output' },
  ],
  ['start>write', 'write>ask', 'ask.approved>end'],
);

let web: WebUnderTest;
let collector: OtlpCollector;
let tracing: Tracing | undefined;
let model: ModelServer;
let executor: TestExecutor;
let owner: TestMember;
let token: string;
let workflowId: string;

const traceParent = (flags = '01') => {
  const traceId = randomBytes(16).toString('hex');
  const parentId = randomBytes(8).toString('hex');
  return { traceId, parentId, headers: { traceparent: `00-${traceId}-${parentId}-${flags}` } };
};

const execute = async (headers: Record<string, string> = {}): Promise<string> => {
  const body = { input_data: { text: SECRET } };
  const { status, json } = await callRest(executeRoute.POST, 'POST', { as: token, id: workflowId, body, headers });
  expect(status, JSON.stringify(json)).toBe(202);
  return (json as { execution_id: string }).execution_id;
};

/** Runs until it waits for a person, answers over REST, and sees it end. */
const runToEnd = async (id: string): Promise<void> => {
  await waitForExecution(web.prisma, id, { until: ({ status }) => status === 'waiting' });
  const { json } = await callRest(waitsRoute.GET, 'GET', { as: token, id });
  const [wait] = (json as { items: { id: string }[] }).items;
  await callRest(answerRoute.POST, 'POST', { as: token, id: wait?.id ?? '', body: { approved: true } });
  expect(await waitForExecution(web.prisma, id)).toMatchObject({ status: 'completed' });
};

const continued = traceParent();
const unsampled = traceParent('00');
let ownTraceExecution: string;

beforeAll(async () => {
  collector = await startOtlpCollector();
  web = await openWeb();
  process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
  tracing = await startTracing(getEnv(), { name: 'agentweaver-web' });
  model = await startModelServer();
  owner = await addMember(web.prisma, { role: 'owner' });
  token = await tokenOf(web.prisma, owner);
  const { DATABASE_URL: databaseUrl, AGENTWEAVER_MASTER_KEY: masterKey } = getEnv();
  executor = await startExecutor({
    databaseUrl,
    masterKey,
    env: { LOCAL_MODEL_URL: model.url, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  });
  const created = await callRest(workflowsRoute.POST, 'POST', { as: token, body: { name: 'Traced', definition } });
  workflowId = (created.json as { id: string }).id;

  await runToEnd(await execute(continued.headers));
  ownTraceExecution = await execute();
  await runToEnd(ownTraceExecution);
  await runToEnd(await execute(unsampled.headers));
  const caller = await callAs(owner);
  await caller.workflows.list({ workspace: owner.slug });
  await refusalOf(caller.workflows.list({ workspace: 'nobody-has-it' }));
  // What is left is sent with the end of each process.
  expect(await executor.stop()).toBe(0);
  await tracing?.close();
});
afterAll(async () => {
  setActiveTracing(undefined);
  delete process.env.OTEL_EXPORTER_OTLP_ENDPOINT;
  await executor?.killHard();
  await model?.close();
  await collector?.close();
  await web?.close();
});

const traceOf = (traceId: string) => {
  const spans = collector.spans.filter((span) => span.traceId === traceId);
  const all = (name: string): CollectedSpan[] => spans.filter((span) => span.name === name);
  const one = (name: string): CollectedSpan => {
    const found = all(name);
    expect(found, `${name} among ${spans.map((span) => span.name).join(', ')}`).toHaveLength(1);
    return found[0] as CollectedSpan;
  };
  return { spans, all, one };
};

const START = 'POST /api/v1/workflows/{id}/execute';

describe('a start over REST with a traceparent', () => {
  test('is one trace from the caller to the model, in web and executor', () => {
    const { spans, one, all } = traceOf(continued.traceId);
    const parentNames = Object.fromEntries(
      spans.map(({ name, parentSpanId }) => [
        name,
        parentSpanId === continued.parentId ? 'caller' : spans.find(({ spanId }) => spanId === parentSpanId)?.name,
      ]),
    );
    expect(parentNames).toEqual({
      [START]: 'caller',
      start_execution: START,
      enqueue: 'start_execution',
      queue_wait: 'start_execution',
      invoke_workflow: 'start_execution',
      claim: 'invoke_workflow',
      acquire_sandbox: 'invoke_workflow',
      'input The start': 'invoke_workflow',
      'invoke_agent The write': 'invoke_workflow',
      'host model.generate': 'invoke_agent The write',
      'chat test-model': 'host model.generate',
      'human The ask': 'invoke_workflow',
      'host human.ask': 'human The ask',
      'output The end': 'invoke_workflow',
    });
    expect(spans.filter(({ service }) => service === 'agentweaver-web').map(({ name }) => name)).toEqual(
      expect.arrayContaining([START, 'start_execution', 'enqueue']),
    );
    expect(one('chat test-model').service).toBe('agentweaver-executor');
    expect(one(START).kind).toBe('SERVER');
    expect(one('start_execution').kind).toBe('PRODUCER');
    expect(all('invoke_workflow').map(({ kind }) => kind)).toEqual(['CONSUMER', 'CONSUMER']);
    expect(spans.filter(({ status }) => status.code === 'ERROR')).toEqual([]);
  });

  test('says what was asked of the model in the words of the GenAI conventions', () => {
    const { one } = traceOf(continued.traceId);
    const chat = one('chat test-model');
    expect(chat.kind).toBe('CLIENT');
    expect(chat.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.request.model': 'test-model',
      'gen_ai.request.max_tokens': 50,
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 5,
      'server.address': '127.0.0.1',
    });
    expect(one(START).attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/api/v1/workflows/{id}/execute',
      'http.response.status_code': 202,
    });
  });

  test('takes no longer in any span than in the one around it, where that one waits for it', () => {
    const { spans } = traceOf(continued.traceId);
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    for (const span of spans) {
      expect(span.endTimeUnixNano, span.name).toBeGreaterThanOrEqual(span.startTimeUnixNano);
      const parent = byId.get(span.parentSpanId ?? '');
      if (!parent || parent.name === 'start_execution') continue;
      // Clocks of both ends are the same here; a step's times are whole ms.
      expect(span.startTimeUnixNano, span.name).toBeGreaterThanOrEqual(parent.startTimeUnixNano - 2e6);
    }
  });

  test('goes on in the same trace after a wait, linked to the claim before', () => {
    const [first, second] = traceOf(continued.traceId)
      .all('invoke_workflow')
      .toSorted((one, other) => one.startTimeUnixNano - other.startTimeUnixNano);
    expect(first?.links).toEqual([]);
    expect(first?.attributes['agentweaver.execution.outcome']).toBe('waiting');
    expect(second?.links).toEqual([{ traceId: continued.traceId, spanId: first?.spanId }]);
    expect(second?.attributes['agentweaver.execution.outcome']).toBe('completed');
  });
});

test('a start without one begins a trace of its own', () => {
  const root = collector.spans.find(
    ({ name, attributes }) =>
      name === 'start_execution' && attributes['agentweaver.execution.id'] === ownTraceExecution,
  );
  const { one, all } = traceOf(root?.traceId ?? '');
  expect(one(START).parentSpanId).toBeUndefined();
  expect(one('chat test-model').attributes).toMatchObject({ 'gen_ai.response.model': 'test-model' });
  expect(all('invoke_workflow')).toHaveLength(2);
});

test('a caller who keeps no trace gets none kept here, in either process', () => {
  expect(traceOf(unsampled.traceId).spans).toEqual([]);
});

test('a procedure is a span, and a refusal is no fault of the server', () => {
  const lists = collector.spans.filter(({ name }) => name === 'trpc workflows.list');
  expect(lists.map(({ attributes }) => attributes['http.response.status_code'])).toEqual([200, 404]);
  expect(lists.map(({ status }) => status.code)).toEqual(['UNSET', 'UNSET']);
  expect(lists[0]).toMatchObject({ kind: 'SERVER', attributes: { 'rpc.method': 'workflows.list' } });
});

test('nothing that people wrote, and no token, is sent', () => {
  expect(collector.spans.length).toBeGreaterThan(20);
  expect(collector.raw()).not.toContain(SECRET);
  expect(collector.raw()).not.toContain(token);
});
