import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { createWebhookSecret } from '@agentweaver/core/webhooks/signature';
import { listDeliveries, sweepDeliveries } from '@agentweaver/db/webhook-delivery-store';
import { rotateWebhookSecret, updateWebhook } from '@agentweaver/db/webhook-store';
import { publishDraft } from '@agentweaver/db/workflow-store';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as hookRoute from '../../apps/web/src/app/api/hooks/[token]/route.ts';
import { getEnv } from '../../apps/web/src/server/env.ts';
import { addMember, openWeb, type TestMember, type WebUnderTest } from './support/web.ts';
import { addWebhook, callHook, type TestWebhook } from './support/webhooks.ts';
import { createTestWorkflow, simpleDefinition } from './support/workspace.ts';

let web: WebUnderTest;
let owner: TestMember;
let workflowId = '';
let hook: TestWebhook;

beforeAll(async () => {
  web = await openWeb();
});
afterAll(() => web?.close());
beforeEach(async () => {
  owner = await addMember(web.prisma, { role: 'owner' });
  workflowId = await createTestWorkflow(web.prisma, owner);
  hook = await addWebhook(web.prisma, { owner, workflowId });
});

const actor = () => ({ workspaceId: owner.workspaceId, userId: owner.userId });
const executions = () => web.prisma.execution.findMany({ where: { workspaceId: owner.workspaceId } });
const deliveries = async () =>
  (await listDeliveries(web.prisma, { workspaceId: owner.workspaceId, webhookId: hook.id, limit: 50 })).items;
const change = (values: Parameters<typeof updateWebhook>[1]['change']) =>
  updateWebhook(web.prisma, {
    actor: actor(),
    id: hook.id,
    change: values,
    masterKey: getEnv().AGENTWEAVER_MASTER_KEY,
  });

/** Refused, said as a problem, written down with this reason, and nothing was started. */
const expectRefusal = async (
  answer: Awaited<ReturnType<typeof callHook>>,
  { status, refusal }: { status: number; refusal: string },
) => {
  expect(answer.status, JSON.stringify(answer.json)).toBe(status);
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  expect(await executions()).toEqual([]);
  expect(await deliveries()).toMatchObject([{ refusal, executionId: null, detail: expect.stringMatching(/\w/) }]);
};

describe('a signed call', () => {
  it('starts the workflow on its body and tells where to follow it', async () => {
    const answer = await callHook(hook, { id: 'msg_1' });
    expect(answer).toMatchObject({ status: 202, json: { status: 'queued' } });
    const [execution] = await executions();
    expect(execution).toMatchObject({
      id: answer.json.execution_id,
      trigger: 'webhook',
      priority: 'interactive',
      webhookId: hook.id,
      input: { name: 'Ada' },
    });
    expect(answer.headers.get('location')).toBe(`/api/v1/executions/${execution?.id}`);
    expect(answer.headers.get('ratelimit-remaining')).toMatch(/^\d+$/);
    expect(await deliveries()).toMatchObject([
      { deliveryId: 'msg_1', executionId: execution?.id, refusal: null, repeats: 0 },
    ]);
    const { lastUsedAt } = await web.prisma.webhook.findUniqueOrThrow({ where: { id: hook.id } });
    expect(Date.now() - (lastUsedAt?.getTime() ?? 0)).toBeLessThan(60_000);
  });

  it('can be signed with the library of the scheme', async () => {
    const [id, body, now] = ['msg_2', '{"name":"Grace"}', new Date()];
    const answer = await callHook(hook, {
      id,
      body,
      signed: false,
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
        'webhook-signature': new Webhook(hook.secret).sign(id, now, body),
      },
    });
    expect(answer.status).toBe(202);
  });

  it.each([
    ['with another secret', { secret: createWebhookSecret() }, 'signature_mismatch'],
    ['whose body was changed', { signedBody: '{"name":"Ada"}', body: '{"name":"Eve"}' }, 'signature_mismatch'],
    ['without a signature', { signed: false }, 'signature_missing'],
    ['whose id was changed', { headers: { 'webhook-id': 'msg_other' } }, 'signature_mismatch'],
    ['with an id that could be read in two ways', { id: 'msg.1' }, 'signature_id'],
    ['that is older than five minutes', { ageMs: 5 * 60_000 + 2_000 }, 'signature_too_old'],
    ['from more than five minutes ahead', { ageMs: -5 * 60_000 - 2_000 }, 'signature_too_new'],
    ['whose time is no time', { headers: { 'webhook-timestamp': 'now' } }, 'signature_timestamp'],
    [
      'whose time was changed',
      { headers: { 'webhook-timestamp': String(Math.floor(Date.now() / 1_000) - 100) } },
      'signature_mismatch',
    ],
  ])('%s is refused', async (_, call, refusal) => {
    const answer = await callHook(hook, call);
    await expectRefusal(answer, { status: 401, refusal });
    expect(answer.headers.get('www-authenticate')).toBe('StandardWebhooks');
  });

  it('is taken when it is nearly five minutes old', async () => {
    expect((await callHook(hook, { ageMs: 4 * 60_000 + 50_000 })).status).toBe(202);
  });

  it('starts once, however often and at once it comes', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => callHook(hook, { id: 'msg_3' })));
    const later = await callHook(hook, { id: 'msg_3', ageMs: 60_000, body: '{"name":"somebody else"}' });
    const [execution, ...others] = await executions();
    expect(others).toEqual([]);
    for (const { status, json } of [...answers, later])
      expect({ status, id: json.execution_id }).toEqual({ status: 202, id: execution?.id });
    expect(later.headers.get('idempotency-replayed')).toBe('true');
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1);
    const [delivery, ...more] = await deliveries();
    expect(more).toEqual([]);
    expect(delivery?.repeats).toBeGreaterThanOrEqual(1);
  });

  it('is known again when its execution is gone, or its delivery', async () => {
    const { json } = await callHook(hook, { id: 'msg_4' });
    await web.prisma.execution.deleteMany({ where: { id: json.execution_id } });
    expect((await callHook(hook, { id: 'msg_4' })).json.execution_id).toBe(json.execution_id);
    expect(await executions()).toEqual([]);
    const other = await callHook(hook, { id: 'msg_5' });
    await web.prisma.webhookDelivery.deleteMany({ where: { webhookId: hook.id } });
    expect((await callHook(hook, { id: 'msg_5' })).json.execution_id).toBe(other.json.execution_id);
    expect(await executions()).toHaveLength(1);
  });

  it('that was refused for its input can come again when it is right', async () => {
    const wrong = await callHook(hook, { id: 'msg_6', body: '{"name":7}' });
    expect(wrong).toMatchObject({ status: 400, json: { errors: [{ field: 'body.name' }] } });
    expect((await callHook(hook, { id: 'msg_6' })).status).toBe(202);
    expect(await deliveries()).toMatchObject([
      { deliveryId: 'msg_6', refusal: null },
      { deliveryId: 'msg_6', refusal: 'bad_request', detail: expect.stringContaining('body.name') },
    ]);
  });

  it('is taken with the new secret alone once there is one', async () => {
    const masterKey = getEnv().AGENTWEAVER_MASTER_KEY;
    const { secret } = await rotateWebhookSecret(web.prisma, { actor: actor(), id: hook.id, masterKey });
    expect((await callHook(hook)).status).toBe(401);
    expect((await callHook({ ...hook, secret })).status).toBe(202);
  });

  it('of one webhook is none of another', async () => {
    const other = await addWebhook(web.prisma, { owner, workflowId });
    expect((await callHook({ token: other.token, secret: hook.secret })).status).toBe(401);
    const id = 'msg_7';
    const [one, two] = [await callHook(hook, { id }), await callHook(other, { id })];
    expect(one.json.execution_id).not.toBe(two.json.execution_id);
  });
});

describe('a call', () => {
  it('of an address that nobody has tells nothing', async () => {
    const { status, json } = await callHook({ ...hook, token: 'x'.repeat(32) });
    expect({ status, code: json.code }).toEqual({ status: 404, code: 'not_found' });
    expect(await deliveries()).toEqual([]);
  });

  it('of a webhook that is switched off is gone, and taken again when it is on', async () => {
    await change({ enabled: false });
    await expectRefusal(await callHook(hook), { status: 410, refusal: 'switched_off' });
    await change({ enabled: true });
    expect((await callHook(hook)).status).toBe(202);
  });

  it('of a workflow that was deleted with its webhook is none', async () => {
    await web.prisma.workflow.delete({ where: { id: workflowId } });
    expect((await callHook(hook)).status).toBe(404);
  });

  it.each([
    ['said to be', { 'content-length': String(1024 * 1024 + 1) }],
    ['that is', {}],
  ])('%s larger than an input may be is refused', async (_, headers) => {
    const body = JSON.stringify({ name: 'x'.repeat(1024 * 1024) });
    await expectRefusal(await callHook(hook, { body, headers }), { status: 413, refusal: 'payload_too_large' });
  });

  it.each([
    ['application/xml', '<name>Ada</name>', 415, 'unsupported_media_type'],
    ['application/json', '{"name":', 400, 'bad_request'],
    ['multipart/form-data; boundary=x', 'no form', 400, 'bad_request'],
  ])('of %s that cannot be read is refused', async (type, body, status, refusal) => {
    await expectRefusal(await callHook(hook, { body, headers: { 'content-type': type } }), { status, refusal });
  });

  it('by another method is told which one to use', async () => {
    const { GET, PUT, PATCH, DELETE } = hookRoute;
    for (const [method, handler] of Object.entries({ GET, PUT, PATCH, DELETE })) {
      const response = await handler(new Request('http://localhost/api/hooks/x', { method }));
      expect({ status: response.status, allow: response.headers.get('allow') }).toEqual({ status: 405, allow: 'POST' });
    }
  });

  it('of an unsigned webhook needs no signature, and is known again by its id if it has one', async () => {
    await change({ signed: false });
    expect((await callHook(hook, { signed: false })).status).toBe(202);
    expect((await callHook(hook, { signed: false })).status).toBe(202);
    expect(await executions()).toHaveLength(2);
    const headers = { 'webhook-id': 'order-1' };
    const first = await callHook(hook, { signed: false, headers });
    const again = await callHook(hook, { signed: false, headers });
    expect(again.json).toEqual(first.json);
    expect(await executions()).toHaveLength(3);
  });

  it('beyond the plan is refused with when to come again', async () => {
    await web.prisma.workspace.update({ where: { id: owner.workspaceId }, data: { maxExecutionsPerDay: 0 } });
    const answer = await callHook(hook);
    await expectRefusal(answer, { status: 429, refusal: 'plan_limit' });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('runs the published version once there is one', async () => {
    const { number } = await publishDraft(web.prisma, { ...owner, workflowId, note: '' });
    await web.prisma.workflowDraft.update({
      where: { workflowId },
      data: { definition: simpleDefinition('changed') as object },
    });
    const { json } = await callHook(hook);
    const execution = await web.prisma.execution.findUniqueOrThrow({
      where: { id: json.execution_id },
      include: { version: true },
    });
    expect(execution.version.number).toBe(number);
  });
});

describe('what a call carries', () => {
  const form = new FormData();
  form.set('name', 'Ada');
  it.each([
    ['JSON', 'application/json; charset=utf-8', '{"name":"Ada"}', { name: 'Ada' }],
    ['JSON of another name', 'application/vnd.shop+json', '{"name":"Ada"}', { name: 'Ada' }],
    ['JSON without a type', undefined, '{"name":"Ada"}', { name: 'Ada' }],
    ['a form', 'application/x-www-form-urlencoded', 'name=Ada+L.', { name: 'Ada L.' }],
  ])('%s is the input', async (_, type, body, input) => {
    const bytes = new TextEncoder().encode(body);
    expect((await callHook(hook, { body: bytes, headers: { 'content-type': type } })).status).toBe(202);
    expect((await executions())[0]?.input).toEqual(input);
  });

  it('may be a form with parts', async () => {
    await change({ signed: false });
    expect((await callHook(hook, { body: form, signed: false })).status).toBe(202);
    expect((await executions())[0]?.input).toEqual({ name: 'Ada' });
  });

  it('is read as the workflow declares its fields, where a form has texts alone', async () => {
    const fields = [
      { name: 'count', type: 'number' },
      { name: 'urgent', type: 'boolean' },
    ];
    const definition = workflowDefinitionSchema.parse({
      nodes: [
        { id: 'input', type: 'input', name: 'Input', config: { fields } },
        { id: 'output', type: 'output', name: 'Output' },
      ],
      edges: [{ id: 'a', source: 'input', target: 'output' }],
    });
    const typed = await createTestWorkflow(web.prisma, { ...owner, definition });
    const other = await addWebhook(web.prisma, { owner, workflowId: typed });
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await callHook(other, { body: 'count=3&urgent=true', headers })).status).toBe(202);
    expect((await executions())[0]?.input).toEqual({ count: 3, urgent: true });
  });

  it('is the whole call for a workflow that asks for that, without what says who may call', async () => {
    const fields = ['body', 'headers', 'query'].map((name) => ({ name, type: 'json' }));
    const definition = workflowDefinitionSchema.parse({
      nodes: [
        { id: 'input', type: 'input', name: 'Input', config: { fields } },
        { id: 'output', type: 'output', name: 'Output' },
      ],
      edges: [{ id: 'a', source: 'input', target: 'output' }],
    });
    const whole = await createTestWorkflow(web.prisma, { ...owner, definition });
    const other = await addWebhook(web.prisma, { owner, workflowId: whole });
    const headers = { 'x-event': 'order', authorization: 'Bearer secret', cookie: 'session=1' };
    expect((await callHook(other, { query: '?shop=1', headers })).status).toBe(202);
    const input = (await executions())[0]?.input as { headers: Record<string, string> };
    expect(input).toMatchObject({ body: { name: 'Ada' }, query: { shop: '1' }, headers: { 'x-event': 'order' } });
    for (const name of ['authorization', 'cookie', 'webhook-signature', 'host'])
      expect(input.headers).not.toHaveProperty(name);
  });
});

describe('a webhook that answers with the result', () => {
  /** Ends what is started, as an executor would. */
  const endSoon = async (data: { status: 'completed' | 'failed' | 'cancelled'; results?: string; error?: object }) => {
    for (;;) {
      const { count } = await web.prisma.execution.updateMany({ where: { workflowId, status: 'queued' }, data });
      if (count > 0) return;
      await sleep(20);
    }
  };
  const error = {
    code: 'node_failed',
    message: 'The shop is closed.',
    fault: 'user',
    retryable: false,
    nodeId: 'greet',
    hint: null,
  };

  it.each([
    [{ status: 'completed', results: 'Hello Ada' } as const, 200, { status: 'completed', results: 'Hello Ada' }],
    [{ status: 'failed', error } as const, 502, { code: 'execution_failed' }],
    [{ status: 'cancelled' } as const, 502, { code: 'execution_cancelled' }],
  ])('waits for %j', async (end, status, json) => {
    await change({ response: 'result' });
    const [answer] = await Promise.all([callHook(hook), endSoon(end)]);
    expect(answer).toMatchObject({ status, json: { ...json, execution_id: expect.any(String) } });
  });

  it('lets go when its caller does', async () => {
    await change({ response: 'result' });
    const answer = await callHook(hook, { signal: AbortSignal.timeout(500) });
    expect(answer).toMatchObject({ status: 202, json: { status: 'queued' } });
  });
});

describe('what is kept of calls', () => {
  it('goes after a week, of refused ones after a day', async () => {
    const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);
    for (const [deliveryId, hours, executionId] of [
      ['old', 169, randomUUID()],
      ['kept', 167, randomUUID()],
      ['old refusal', 25, null],
      ['kept refusal', 23, null],
    ] as const)
      await web.prisma.webhookDelivery.create({
        data: { webhookId: hook.id, deliveryId, executionId, receivedAt: ago(hours) },
      });
    expect(await sweepDeliveries(web.prisma)).toBe(2);
    expect((await deliveries()).map(({ deliveryId }) => deliveryId).sort()).toEqual(['kept', 'kept refusal']);
  });

  it('is not more for a sender that goes wrong all the time', async () => {
    await change({ enabled: false });
    for (let index = 0; index < 30; index += 1) expect((await callHook(hook)).status).toBe(410);
    expect(await deliveries()).toHaveLength(20);
  });
});
