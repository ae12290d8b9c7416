import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as cancelRoute from '../../apps/web/src/app/api/v1/executions/[id]/cancel/route.ts';
import * as logsRoute from '../../apps/web/src/app/api/v1/executions/[id]/logs/route.ts';
import * as executionRoute from '../../apps/web/src/app/api/v1/executions/[id]/route.ts';
import * as executionsRoute from '../../apps/web/src/app/api/v1/executions/route.ts';
import * as openApiRoute from '../../apps/web/src/app/api/v1/openapi.json/route.ts';
import * as executeRoute from '../../apps/web/src/app/api/v1/workflows/[id]/execute/route.ts';
import * as workflowRoute from '../../apps/web/src/app/api/v1/workflows/[id]/route.ts';
import * as workflowsRoute from '../../apps/web/src/app/api/v1/workflows/route.ts';
import { OPERATIONS } from '../../apps/web/src/features/rest/server/operations.ts';
import { problemSchema } from '../../apps/web/src/features/rest/server/problem-response.ts';
import { callRest, fieldsOf, type RestOptions, responseOf } from './support/rest.ts';
import { addMember, openWeb, type TestMember, tokenOf, type WebUnderTest } from './support/web.ts';

const definition = {
  nodes: [
    { id: 'input', type: 'input', name: 'Input', config: {} },
    { id: 'agent', type: 'agent', name: 'Write', config: { role: 'Editor', prompt: 'Shorten: {{ input.text }}' } },
    { id: 'output', type: 'output', name: 'Output', config: {} },
  ],
  edges: [
    { id: 'e1', source: 'input', target: 'agent' },
    { id: 'e2', source: 'agent', target: 'output' },
  ],
};

let web: WebUnderTest;
let owner: TestMember;
let token = '';
let foreignToken = '';
let viewerToken = '';

beforeAll(async () => {
  web = await openWeb();
  owner = await addMember(web.prisma, { role: 'owner' });
  token = await tokenOf(web.prisma, owner);
  foreignToken = await tokenOf(web.prisma, await addMember(web.prisma, { role: 'owner' }));
  viewerToken = await tokenOf(
    web.prisma,
    await addMember(web.prisma, { role: 'viewer', workspaceId: owner.workspaceId }),
  );
});
afterAll(() => web?.close());

const call = (handler: Parameters<typeof callRest>[0], method: 'GET' | 'POST', options: RestOptions = {}) =>
  callRest(handler, method, { as: token, ...options });

const create = async (name = 'Shorten'): Promise<string> => {
  const { status, json } = await call(workflowsRoute.POST, 'POST', { body: { name, definition } });
  expect(status, JSON.stringify(json)).toBe(201);
  return (json as { id: string }).id;
};

const execute = async (
  id: string,
  headers: Record<string, string> = {},
  body: unknown = { input_data: { text: 'a' } },
) => call(executeRoute.POST, 'POST', { id, body, headers });

describe('workflows over REST', () => {
  it('creates a workflow with its draft, and gives it back', async () => {
    const id = await create();
    const { status, json } = await call(workflowRoute.GET, 'GET', { id });
    expect(status).toBe(200);
    expect(responseOf('getWorkflow').parse(json)).toMatchObject({ id, name: 'Shorten', published_version: null });
    expect(await web.prisma.workflowDraft.count({ where: { workflowId: id } })).toBe(1);
    expect(await web.prisma.auditLog.count({ where: { targetId: id } })).toBe(1);
  });

  it('pages through all workflows without gap or repetition', async () => {
    for (const name of ['a', 'b', 'c']) await create(name);
    const seen: string[] = [];
    let query = '?limit=2';
    for (;;) {
      const { json } = await call(workflowsRoute.GET, 'GET', { query });
      const page = responseOf('listWorkflows').parse(json) as { items: { id: string }[]; next_cursor: string | null };
      seen.push(...page.items.map((item) => item.id));
      if (!page.next_cursor) break;
      query = `?limit=2&cursor=${page.next_cursor}`;
    }
    const stored = await web.prisma.workflow.findMany({
      where: { workspaceId: owner.workspaceId },
      select: { id: true },
    });
    expect([...seen].sort()).toEqual(stored.map(({ id }) => id).sort());
  });

  it.each([
    [
      'a cycle',
      { ...definition, edges: [...definition.edges, { id: 'e3', source: 'output', target: 'agent' }] },
      422,
      /definition/,
    ],
    [
      'an unknown node type',
      { ...definition, nodes: [...definition.nodes, { id: 'x', type: 'teleport', name: 'X' }] },
      422,
      /definition\.nodes\[x\]\.type/,
    ],
    [
      'a broken expression',
      {
        ...definition,
        nodes: definition.nodes.map((node) =>
          node.id === 'agent' ? { ...node, config: { role: 'E', prompt: '{{ input. }}' } } : node,
        ),
      },
      422,
      /definition\.nodes\[agent\]\.config\.prompt/,
    ],
    ['a malformed definition', { nodes: 'none', edges: [] }, 422, /definition\.nodes/],
    ['no definition', undefined, 422, /definition/],
  ])('refuses %s with the field named, and stores nothing', async (_, bad, status, field) => {
    const before = await web.prisma.workflow.count();
    const result = await call(workflowsRoute.POST, 'POST', { body: { name: 'Bad', definition: bad } });
    expect(result.status, JSON.stringify(result.json)).toBe(status);
    expect(
      problemSchema
        .parse(result.json)
        .errors?.map((error) => error.field)
        .join(' '),
    ).toMatch(field);
    expect(await web.prisma.workflow.count()).toBe(before);
  });

  it('names wrong and unknown fields of the body', async () => {
    const { status, json } = await call(workflowsRoute.POST, 'POST', { body: { name: '', definition, colour: 'red' } });
    expect(status).toBe(400);
    expect(
      problemSchema
        .parse(json)
        .errors?.map((error) => error.field)
        .sort(),
    ).toEqual(['colour', 'name']);
  });
});

describe('executions over REST', () => {
  it('queues an execution of the draft and shows it', async () => {
    const id = await create();
    const { status, json, headers } = await execute(id);
    expect(status, JSON.stringify(json)).toBe(202);
    const started = responseOf('executeWorkflow').parse(json) as { execution_id: string; status: string };
    expect(started.status).toBe('queued');
    expect(headers.get('location')).toBe(`/api/v1/executions/${started.execution_id}`);

    const shown = await call(executionRoute.GET, 'GET', { id: started.execution_id });
    expect(responseOf('getExecution').parse(shown.json)).toMatchObject({
      id: started.execution_id,
      workflow_id: id,
      status: 'queued',
      trigger: 'api',
      input_data: { text: 'a' },
      results: null,
      execution_time: null,
      total_cost: 0,
      error_message: null,
    });
    const listed = await call(executionsRoute.GET, 'GET', { query: `?workflow_id=${id}&status=queued` });
    expect(responseOf('listExecutions').parse(listed.json)).toMatchObject({ items: [{ id: started.execution_id }] });
  });

  it('starts one execution for one idempotency key, and refuses another request under it', async () => {
    const id = await create();
    const first = await execute(id, { 'Idempotency-Key': 'order-1' });
    const again = await execute(id, { 'Idempotency-Key': 'order-1' });
    expect(again.json).toEqual(first.json);
    const other = await execute(id, { 'Idempotency-Key': 'order-1' }, { input_data: { text: 'b' } });
    expect(other.status).toBe(409);
    expect(await web.prisma.execution.count({ where: { workflowId: id } })).toBe(1);
  });

  it('runs with an empty body, and refuses a version that is not there', async () => {
    const id = await create();
    const empty = await call(executeRoute.POST, 'POST', { id });
    expect(empty.status, JSON.stringify(empty.json)).toBe(202);
    expect((await execute(id, {}, { version: 99 })).status).toBe(404);
    expect((await execute(id, {}, { version: 'latest' })).status).toBe(400);
  });

  it('starts later, and as a batch, when told so', async () => {
    const id = await create();
    const at = new Date(Date.now() + 3_600_000);
    const tokyo = new Date(at.getTime() + 9 * 3_600_000).toISOString().replace('Z', '+09:00');
    const body = { start_after: tokyo, priority: 'batch' };
    const { status, json } = await execute(id, {}, { input_data: { text: 'a' }, ...body });
    expect(status, JSON.stringify(json)).toBe(202);
    const { execution_id: executionId } = json as { execution_id: string };
    const shown = await call(executionRoute.GET, 'GET', { id: executionId });
    expect(responseOf('getExecution').parse(shown.json)).toMatchObject({
      status: 'queued',
      priority: 'batch',
      start_after: at.toISOString(),
      schedule_id: null,
      webhook_id: null,
    });
    const plain = await call(executionRoute.GET, 'GET', {
      id: ((await execute(id)).json as { execution_id: string }).execution_id,
    });
    expect(plain.json).toMatchObject({ priority: 'interactive', start_after: null });
  });

  it.each([
    ['start_after', new Date(Date.now() - 60_000).toISOString()],
    ['start_after', new Date(Date.now() + 400 * 86_400_000).toISOString()],
    ['start_after', 'tomorrow'],
    ['priority', 'urgent'],
  ])('refuses %s %s', async (field, value) => {
    const id = await create();
    const refused = await execute(id, {}, { [field]: value });
    expect({ status: refused.status, fields: fieldsOf(refused) }).toEqual({ status: 400, fields: [field] });
    expect(await web.prisma.execution.count({ where: { workflowId: id } })).toBe(0);
  });

  it('cancels, and tells it in the log with the cursor to go on from', async () => {
    const id = await create();
    const { json } = await execute(id);
    const { execution_id: executionId } = json as { execution_id: string };
    const cancelled = await call(cancelRoute.POST, 'POST', { id: executionId });
    expect(cancelled).toMatchObject({ status: 202, json: { execution_id: executionId, status: 'cancelled' } });
    const all = responseOf('getExecutionLogs').parse((await call(logsRoute.GET, 'GET', { id: executionId })).json) as {
      logs: { seq: number; event: string }[];
      next_cursor: number | null;
    };
    expect(all.logs.map((entry) => entry.seq)).toEqual(all.logs.map((_, index) => index + 1));
    expect(all.logs.map((entry) => entry.event)).toContain('execution_cancelled');
    const first = await call(logsRoute.GET, 'GET', { id: executionId, query: '?limit=1' });
    expect(first.json).toMatchObject({ logs: [{ seq: 1 }], next_cursor: 1 });
    for (const after of ['-1', 'x', String(2 ** 31)]) {
      const refused = await call(logsRoute.GET, 'GET', { id: executionId, query: `?after=${after}` });
      expect({ status: refused.status, fields: fieldsOf(refused) }).toEqual({ status: 400, fields: ['after'] });
    }
  });

  it('names the role of the agent that an entry is about', async () => {
    const { json } = await execute(await create());
    const { execution_id: executionId } = json as { execution_id: string };
    await web.prisma.executionEvent.create({
      data: { executionId, seq: 1_000, type: 'step_log', nodeId: 'agent', level: 'info', message: 'hello' },
    });
    const { json: logs } = await call(logsRoute.GET, 'GET', { id: executionId, query: '?after=999' });
    expect(logs).toMatchObject({
      logs: [{ agent_role: 'Editor', log_level: 'info', message: 'hello', metadata: null }],
    });
  });
});

describe('refusals over REST', () => {
  it('takes valid tokens alone', async () => {
    const none = await call(workflowsRoute.GET, 'GET', { as: '' });
    expect(none.status).toBe(401);
    expect(none.headers.get('www-authenticate')).toBe('Bearer');
    expect((await call(workflowsRoute.GET, 'GET', { as: 'aw_nobody-has-this-token' })).status).toBe(401);

    const leaving = await addMember(web.prisma, { role: 'editor', workspaceId: owner.workspaceId });
    const theirs = await tokenOf(web.prisma, leaving);
    expect((await call(workflowsRoute.GET, 'GET', { as: theirs })).status).toBe(200);
    await web.prisma.member.deleteMany({ where: { userId: leaving.userId } });
    expect((await call(workflowsRoute.GET, 'GET', { as: theirs })).status).toBe(401);
  });

  it('lets viewers look and not touch', async () => {
    expect((await call(workflowsRoute.GET, 'GET', { as: viewerToken })).status).toBe(200);
    const { status } = await call(workflowsRoute.POST, 'POST', { as: viewerToken, body: { name: 'x', definition } });
    expect(status).toBe(403);
  });

  it('treats what belongs to another workspace as if it did not exist', async () => {
    const id = await create();
    const { json } = await execute(id);
    const { execution_id: executionId } = json as { execution_id: string };
    const as = foreignToken;
    expect((await call(workflowRoute.GET, 'GET', { id, as })).status).toBe(404);
    expect((await call(executeRoute.POST, 'POST', { id, as, body: {} })).status).toBe(404);
    expect((await call(executionRoute.GET, 'GET', { id: executionId, as })).status).toBe(404);
    expect((await call(logsRoute.GET, 'GET', { id: executionId, as })).status).toBe(404);
    expect((await call(cancelRoute.POST, 'POST', { id: executionId, as })).status).toBe(404);
    expect((await call(executionsRoute.GET, 'GET', { as })).json).toMatchObject({ items: [] });
    expect((await call(workflowRoute.GET, 'GET', { id: 'not-an-id' })).status).toBe(404);
  });

  it('refuses bodies that are not JSON, of another type or too large, and other methods', async () => {
    expect((await call(workflowsRoute.POST, 'POST', { body: '{"name":' })).status).toBe(400);
    const headers = { 'content-type': 'text/plain' };
    expect((await call(workflowsRoute.POST, 'POST', { body: '{}', headers })).status).toBe(415);
    expect((await call(workflowsRoute.POST, 'POST', { body: `"${'x'.repeat(20 * 1024 * 1024)}"` })).status).toBe(413);
    const wrongMethod = await call(workflowsRoute.PUT, 'POST');
    expect(wrongMethod.status).toBe(405);
    expect(wrongMethod.headers.get('allow')).toBe('GET, POST');
  });

  it('tells the limit with every answer', async () => {
    const { headers } = await call(workflowsRoute.GET, 'GET');
    expect(Number(headers.get('ratelimit-limit'))).toBeGreaterThan(Number(headers.get('ratelimit-remaining')));
    expect(Number(headers.get('ratelimit-reset'))).toBeGreaterThan(0);
  });
});

describe('the OpenAPI document', () => {
  const api = new URL('../../apps/web/src/app/api/v1/', import.meta.url);
  /** The address of every route file, as a document writes it; the two without operations are left out. */
  const addresses = readdirSync(api, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('route.ts') && !file.startsWith('openapi.json') && !file.startsWith('[...'))
    .map((file) => ({ file, path: `/${file.replace(/\/route\.ts$/, '').replace(/\[(\w+)\]/g, '{$1}')}` }));

  it('describes every operation with its answers', async () => {
    const document = await openApiRoute.GET().json();
    expect(document.openapi).toBe('3.1.0');
    for (const operation of OPERATIONS) {
      const described = document.paths[operation.path][operation.method.toLowerCase()];
      expect(described.operationId).toBe(operation.operationId);
      expect(Object.keys(described.responses)).toEqual(
        expect.arrayContaining([String(operation.response.status), '401', '429']),
      );
    }
    expect(Object.keys(document.components.schemas)).toEqual(
      expect.arrayContaining(['WorkflowDefinition', 'Execution', 'Problem', 'Wait', 'WaitAnswer', 'RerunExecution']),
    );
  });

  it('has the routes that there are, and no other', async () => {
    const document = await openApiRoute.GET().json();
    expect(addresses.length).toBeGreaterThan(10);
    expect(Object.keys(document.paths).sort()).toEqual(addresses.map(({ path }) => path).sort());
  });

  it.each(addresses)('has the methods of $path', async ({ file, path }) => {
    const document = await openApiRoute.GET().json();
    const route = await import(/* @vite-ignore */ new URL(file, api).pathname);
    const refused = await call(route.PUT, 'GET', { id: randomUUID() });
    expect(refused.status).toBe(405);
    const allowed = refused.headers.get('allow')?.toLowerCase().split(', ').sort();
    expect(Object.keys(document.paths[path]).sort()).toEqual(allowed);
    // Nothing is open to those without a token.
    for (const method of allowed ?? []) {
      expect(document.paths[path][method].security).toEqual([{ bearer: [] }]);
      const handler = route[method.toUpperCase()];
      const answer = await call(handler, method === 'get' ? 'GET' : 'POST', { id: randomUUID(), as: '' });
      expect(answer.status).toBe(401);
    }
  });

  it('says of every reference what it is', async () => {
    const document = await openApiRoute.GET().json();
    const references = new Set(JSON.stringify(document).match(/#\/components\/schemas\/\w+/g));
    for (const reference of references) {
      expect(document.components.schemas[reference.split('/').at(-1) ?? '']).toBeDefined();
    }
    const rerun = document.paths['/executions/{id}/rerun'].post.requestBody;
    expect(rerun.required ?? false).toBe(false);
    expect(document.paths['/waits/{id}/answer'].post.requestBody.required).toBe(true);
    expect(document.paths['/executions/{id}/file'].get.parameters).toContainEqual(
      expect.objectContaining({ in: 'query', name: 'path', required: true }),
    );
  });
});
