import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as scheduleRoute from '../../apps/web/src/app/api/v1/schedules/[id]/route.ts';
import * as schedulesRoute from '../../apps/web/src/app/api/v1/schedules/route.ts';
import * as deliveriesRoute from '../../apps/web/src/app/api/v1/webhooks/[id]/deliveries/route.ts';
import * as rotateRoute from '../../apps/web/src/app/api/v1/webhooks/[id]/rotate-secret/route.ts';
import * as webhookRoute from '../../apps/web/src/app/api/v1/webhooks/[id]/route.ts';
import * as webhooksRoute from '../../apps/web/src/app/api/v1/webhooks/route.ts';
import { callRest, fieldsOf, type RestMethod, type RestOptions, responseOf } from './support/rest.ts';
import { addMember, openWeb, type TestMember, tokenOf, type WebUnderTest } from './support/web.ts';
import { createTestWorkflow } from './support/workspace.ts';

let web: WebUnderTest;
let editor: TestMember;
let token = '';
let viewerToken = '';
let foreignToken = '';
let workflowId = '';

beforeAll(async () => {
  web = await openWeb();
  editor = await addMember(web.prisma, { role: 'editor' });
  token = await tokenOf(web.prisma, editor);
  const viewer = await addMember(web.prisma, { role: 'viewer', workspaceId: editor.workspaceId });
  viewerToken = await tokenOf(web.prisma, viewer);
  foreignToken = await tokenOf(web.prisma, await addMember(web.prisma, { role: 'owner' }));
});
afterAll(() => web?.close());
beforeEach(async () => {
  workflowId = await createTestWorkflow(web.prisma, editor);
});

const call = (handler: Parameters<typeof callRest>[0], method: RestMethod, options: RestOptions = {}) =>
  callRest(handler, method, { as: token, ...options });

const create = async (route: typeof schedulesRoute | typeof webhooksRoute, body: object) => {
  const { status, json, headers } = await call(route.POST, 'POST', { body: { workflow_id: workflowId, ...body } });
  expect(status, JSON.stringify(json)).toBe(201);
  const { id } = json as { id: string };
  expect(headers.get('location')).toMatch(new RegExp(`^/api/v1/(schedules|webhooks)/${id}$`));
  return json as { id: string; secret: string; url: string };
};
const daily = { name: 'Daily', cron: '0 9 * * *', input_data: { name: 'Ada' } };

describe('schedules over REST', () => {
  it('are made with defaults, read, changed, paused and deleted', async () => {
    const made = await create(schedulesRoute, daily);
    const { id } = made;
    expect(responseOf('createSchedule').parse(made)).toMatchObject({
      workflow_id: workflowId,
      ...daily,
      timezone: 'UTC',
      enabled: true,
      skip_if_running: true,
      next_run_at: expect.stringMatching(/T09:00:00/),
      last_run_at: null,
      last_error: null,
    });
    expect((await call(scheduleRoute.GET, 'GET', { id })).json).toEqual(made);
    const paused = await call(scheduleRoute.PATCH, 'PATCH', { id, body: { enabled: false } });
    expect(responseOf('updateSchedule').parse(paused.json)).toMatchObject({
      ...daily,
      enabled: false,
      next_run_at: null,
    });
    const moved = await call(scheduleRoute.PATCH, 'PATCH', {
      id,
      body: { cron: '30 6 * * *', enabled: true, input_data: { name: 'Grace' } },
    });
    expect(moved.json).toMatchObject({
      next_run_at: expect.stringMatching(/T06:30:00/),
      name: 'Daily',
      input_data: { name: 'Grace' },
    });
    expect((await call(scheduleRoute.DELETE, 'DELETE', { id })).status).toBe(204);
    expect((await call(scheduleRoute.GET, 'GET', { id })).status).toBe(404);
  });

  it('name what is wrong in their own words', async () => {
    const body = { workflow_id: workflowId, name: 'x', cron: '0 9 * *', timezone: 'UTC', input_data: { name: 'x' } };
    const refused = async (changes: object) => {
      const answer = await call(schedulesRoute.POST, 'POST', { body: { ...body, ...changes } });
      return { status: answer.status, fields: fieldsOf(answer) };
    };
    expect(await refused({})).toEqual({ status: 400, fields: ['cron'] });
    expect(await refused({ cron: '0 9 * * *', input_data: { name: 7 } })).toEqual({
      status: 400,
      fields: ['input_data.name'],
    });
    expect(await refused({ cron: '0 9 * * *', timezone: 'UTC+9' })).toEqual({ status: 400, fields: ['timezone'] });
    expect(await refused({ color: 'red', name: '' })).toEqual({ status: 400, fields: ['color', 'name'] });
    expect(await web.prisma.schedule.count({ where: { workflowId } })).toBe(0);
  });

  it('come in pages', async () => {
    const ids = [];
    for (const name of ['a', 'b', 'c']) ids.unshift((await create(schedulesRoute, { ...daily, name })).id);
    const seen: string[] = [];
    let query = `?limit=2&workflow_id=${workflowId}`;
    for (;;) {
      const { json } = await call(schedulesRoute.GET, 'GET', { query });
      const page = responseOf('listSchedules').parse(json) as { items: { id: string }[]; next_cursor: string | null };
      seen.push(...page.items.map((item) => item.id));
      if (!page.next_cursor) break;
      query = `?limit=2&workflow_id=${workflowId}&cursor=${page.next_cursor}`;
    }
    expect(seen).toEqual(ids);
    expect((await call(schedulesRoute.GET, 'GET', { query: '?cursor=x' })).status).toBe(400);
  });
});

describe('webhooks over REST', () => {
  it('show their secret once, and their address to those who may run things', async () => {
    const made = await create(webhooksRoute, { name: 'Orders' });
    const { id, secret, url } = made;
    expect(responseOf('createWebhook').parse(made)).toMatchObject({
      signed: true,
      response: 'immediate',
      enabled: true,
    });
    expect(secret).toMatch(/^whsec_/);
    expect(url).toMatch(/^https?:\/\/[^/]+\/api\/hooks\/[\w-]{32}$/);
    const read = await call(webhookRoute.GET, 'GET', { id });
    expect(responseOf('getWebhook').parse(read.json)).toMatchObject({ id, url });
    expect(JSON.stringify(read.json)).not.toContain('whsec_');
    const seen = await call(webhookRoute.GET, 'GET', { id, as: viewerToken });
    expect(seen.json).toMatchObject({ id, url: null });
    const rotated = (await call(rotateRoute.POST, 'POST', { id })).json as { secret: string };
    expect(responseOf('rotateWebhookSecret').parse(rotated)).toMatchObject({ id, url });
    expect(rotated.secret).not.toBe(secret);
    const off = await call(webhookRoute.PATCH, 'PATCH', { id, body: { enabled: false, response: 'result' } });
    expect(off.json).toMatchObject({ enabled: false, response: 'result', signed: true, secret: null });
    const listed = await call(webhooksRoute.GET, 'GET', { query: `?workflow_id=${workflowId}` });
    expect(responseOf('listWebhooks').parse(listed.json)).toMatchObject({ items: [{ id, enabled: false }] });
    expect((await call(webhookRoute.DELETE, 'DELETE', { id })).status).toBe(204);
    expect((await call(webhookRoute.GET, 'GET', { id })).status).toBe(404);
  });

  it('list their calls', async () => {
    const { id } = await create(webhooksRoute, { name: 'Orders' });
    for (const deliveryId of ['one', 'two', 'three'])
      await web.prisma.webhookDelivery.create({
        data: { webhookId: id, deliveryId, refusal: 'signature_mismatch', detail: 'No.' },
      });
    const { json } = await call(deliveriesRoute.GET, 'GET', { id, query: '?limit=2' });
    const page = responseOf('listWebhookDeliveries').parse(json) as { next_cursor: string };
    expect(page).toMatchObject({
      items: [{ message_id: 'three', refusal: 'signature_mismatch', execution_id: null }, { message_id: 'two' }],
    });
    const rest = await call(deliveriesRoute.GET, 'GET', { id, query: `?cursor=${page.next_cursor}` });
    expect(rest.json).toMatchObject({ items: [{ message_id: 'one' }], next_cursor: null });
  });
});

describe('who may do what', () => {
  it('viewers look, strangers find nothing, and neither changes anything', async () => {
    const schedule = await create(schedulesRoute, daily);
    const webhook = await create(webhooksRoute, { name: 'Orders' });
    const before = await web.prisma.auditLog.count();
    const body = { enabled: false };
    const attempts = [
      [schedulesRoute.POST, 'POST', { body: { workflow_id: workflowId, ...daily } }],
      [scheduleRoute.PATCH, 'PATCH', { id: schedule.id, body }],
      [scheduleRoute.DELETE, 'DELETE', { id: schedule.id }],
      [webhooksRoute.POST, 'POST', { body: { workflow_id: workflowId, name: 'Mine' } }],
      [webhookRoute.PATCH, 'PATCH', { id: webhook.id, body }],
      [rotateRoute.POST, 'POST', { id: webhook.id }],
      [webhookRoute.DELETE, 'DELETE', { id: webhook.id }],
    ] as const;
    for (const [handler, method, options] of attempts) {
      expect((await call(handler, method, { ...options, as: viewerToken })).status).toBe(403);
      expect((await call(handler, method, { ...options, as: foreignToken })).status).toBe(404);
    }
    const reads = [
      [scheduleRoute.GET, { id: schedule.id }],
      [webhookRoute.GET, { id: webhook.id }],
      [deliveriesRoute.GET, { id: webhook.id }],
      [schedulesRoute.GET, { query: `?workflow_id=${workflowId}` }],
      [webhooksRoute.GET, { query: `?workflow_id=${workflowId}` }],
    ] as const;
    for (const [handler, options] of reads) {
      expect((await call(handler, 'GET', { ...options, as: viewerToken })).status).toBe(200);
      expect((await call(handler, 'GET', { ...options, as: foreignToken })).status).toBe(404);
    }
    expect((await call(schedulesRoute.GET, 'GET', { as: foreignToken })).json).toMatchObject({ items: [] });
    expect(await web.prisma.auditLog.count()).toBe(before);
  });
});
