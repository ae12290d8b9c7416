import { randomUUID } from 'node:crypto';
import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { createEgressAgent } from '@agentweaver/core/egress/egress-agent';
import { HOST_CALLS, type HostMethod } from '@agentweaver/core/host/host-calls';
import { isSuspended } from '@agentweaver/core/host/suspended';
import { createPrisma } from '@agentweaver/db/client';
import { listExecutionFiles } from '@agentweaver/db/execution-file-store';
import type { Prisma, PrismaClient } from '@agentweaver/db/generated/client';
import { answerWait } from '@agentweaver/db/wait-store';
import { publishDraft } from '@agentweaver/db/workflow-store';
import pino from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { HostCall, HostServices } from '../../apps/executor/src/host/host-calls.ts';
import { createOutsideServices } from '../../apps/executor/src/host/outside-services.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { createRunningExecution } from './support/running-execution.ts';
import { createTestWorkflow, createTestWorkspace, simpleDefinition, type TestWorkspace } from './support/workspace.ts';

let database: TestDatabase;
let prisma: PrismaClient;
let workspace: TestWorkspace;
let executionId: string;
let host: Omit<HostServices, 'model.generate'>;
const agent = createEgressAgent({ privateHosts: [] });

beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl });
  workspace = await createTestWorkspace(prisma);
});
afterAll(async () => {
  await agent.destroy();
  await prisma.$disconnect();
  await database.drop();
});
beforeEach(async () => {
  const running = await createRunningExecution(prisma, workspace.workspaceId);
  executionId = running.executionId;
  host = createHost(running.attemptId);
});

const createHost = (attemptId: string) =>
  createOutsideServices(
    {
      prisma,
      metrics: { egressDenials: { inc: () => undefined } } as never,
      agent,
      privateHosts: [],
      masterKey: '',
      tokens: { ensure: () => Promise.reject(new Error('there is no OAuth here')) },
    },
    { execution: { id: executionId }, attemptId, workspace: { id: workspace.workspaceId, allowedHosts: [] } },
    pino({ level: 'silent' }),
  );

const call = (more: Partial<HostCall> = {}): HostCall => ({
  nodeId: 'a',
  iteration: '',
  attempt: 1,
  index: 0,
  signal: new AbortController().signal,
  ...more,
});
const ask = async (method: Exclude<HostMethod, 'model.generate'>, params: object, more: Partial<HostCall> = {}) =>
  (host[method] as (params: unknown, call: HostCall) => Promise<unknown>)(
    HOST_CALLS[method].params.parse(params),
    call(more),
  );
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: { data?: { code: string; message: string } }) => error.data,
  );

describe('files', () => {
  /** As if steps had written them: what counts for the limits is the size that is noted. */
  const addFiles = (files: { path: string; size: number }[]) =>
    prisma.executionFile.createMany({
      data: files.map((file) => ({
        ...file,
        executionId,
        mediaType: 'text/plain',
        content: new Uint8Array(),
        nodeId: 'a',
      })),
    });

  test('are written, read, added to and listed by every step of the execution', async () => {
    expect(await ask('files.write', { path: 'reports/a.md', content: '# One\n' })).toEqual({
      path: 'reports/a.md',
      size: 6,
      mediaType: 'text/markdown',
    });
    await ask('files.write', { path: 'reports/a.md', content: 'é', append: true }, { nodeId: 'b' });
    expect(await ask('files.read', { path: 'reports/a.md' })).toMatchObject({ content: '# One\né', size: 8 });
    await ask('files.write', { path: 'raw', content: 'AP8=', encoding: 'base64', mediaType: 'image/x' });
    expect(await ask('files.read', { path: 'raw', encoding: 'base64' })).toMatchObject({
      content: 'AP8=',
      mediaType: 'image/x',
    });
    expect((await failureOf(ask('files.read', { path: 'raw' })))?.message).toContain('not text');
    expect(await ask('files.list', { prefix: 'reports/' })).toEqual([
      { path: 'reports/a.md', size: 8, mediaType: 'text/markdown' },
    ]);
    // A prefix is text, not a pattern.
    expect(await ask('files.list', { prefix: 'rep_rts%' })).toEqual([]);
    expect(await failureOf(ask('files.read', { path: 'none.txt' }))).toMatchObject({ code: 'file_failed' });
  });

  test('are limited one by one, in number and together', async () => {
    const large = 'x'.repeat(5 * 1024 * 1024);
    expect(await failureOf(ask('files.write', { path: 'a', content: `${large}x` }))).toMatchObject({
      code: 'output_too_large',
    });
    await ask('files.write', { path: 'f0', content: large });
    await addFiles(Array.from({ length: 9 }, (_, index) => ({ path: `f${index + 1}`, size: large.length })));
    expect(await failureOf(ask('files.write', { path: 'more', content: 'x' }))).toMatchObject({
      code: 'file_failed',
      message: expect.stringContaining('52428800 is the limit'),
    });
    // What is written over makes room.
    await ask('files.write', { path: 'f0', content: '' });
    await ask('files.write', { path: 'more', content: 'x' });
    await addFiles(Array.from({ length: 189 }, (_, index) => ({ path: `small/${index}`, size: 0 })));
    const attempts = await Promise.all(['y', 'z'].map((path) => failureOf(ask('files.write', { path, content: '' }))));
    expect(attempts.map((failure) => failure?.code)).toEqual(['file_failed', 'file_failed']);
    expect(await failureOf(ask('files.write', { path: 'f1', content: 'small' }))).toBeUndefined();
  });

  test('of an execution that somebody else has taken over are not written', async () => {
    host = createHost(randomUUID());
    await expect(ask('files.write', { path: 'a', content: 'x' })).rejects.toThrow('somebody else');
    expect(await listExecutionFiles(prisma, { executionId })).toEqual([]);
  });
});

describe('people', () => {
  const question = { kind: 'approval', title: 'May I?' };

  test('are asked once, and their answer is given to the step that asks again', async () => {
    const first = await ask('human.ask', question).catch((error: unknown) => error);
    expect(isSuspended(first)).toBe(true);
    await ask('human.ask', question).catch(() => undefined);
    const [wait, ...others] = await prisma.wait.findMany({ where: { executionId } });
    expect(others).toEqual([]);
    expect(wait).toMatchObject({ kind: 'human', request: expect.objectContaining({ title: 'May I?' }) });
    const answer = { id: wait?.id ?? '', workspaceId: workspace.workspaceId, response: { approved: true } };
    await answerWait(prisma, { ...answer, user: { id: workspace.userId, name: 'Ada' } });
    expect(await ask('human.ask', question)).toMatchObject({
      kind: 'answered',
      response: { approved: true },
      by: 'Ada',
    });
  });

  test('have until the deadline', async () => {
    const asked = await ask('human.ask', { ...question, deadlineMs: 60_000 }).catch((error: unknown) => error);
    expect((asked as { until: number }).until).toBeGreaterThan(Date.now() + 50_000);
    await prisma.wait.updateMany({ where: { executionId }, data: { until: new Date(Date.now() - 1_000) } });
    expect(await ask('human.ask', { ...question, deadlineMs: 60_000 })).toMatchObject({ kind: 'expired' });
  });
});

describe('time', () => {
  test('is slept through when it is short, and given up when the step is', async () => {
    const started = performance.now();
    expect(await ask('timer.wait', { ms: 40 })).toBeNull();
    expect(performance.now() - started).toBeGreaterThanOrEqual(38);
    const controller = new AbortController();
    const pending = ask('timer.wait', { ms: 50_000 }, { signal: controller.signal });
    const reason = new Error('cancelled');
    controller.abort(reason);
    await expect(pending).rejects.toBe(reason);
    expect(await prisma.wait.count({ where: { executionId } })).toBe(0);
  });

  test('is waited for outside of the sandbox when it is long', async () => {
    const suspended = await ask('timer.wait', { ms: 3_600_000 }).catch((error: unknown) => error);
    expect(suspended).toMatchObject({ name: 'Suspended', kind: 'timer' });
    expect((suspended as { until: number }).until).toBeGreaterThan(Date.now() + 3_500_000);
    await prisma.wait.updateMany({ where: { executionId }, data: { until: new Date(Date.now() - 1) } });
    expect(await ask('timer.wait', { ms: 3_600_000 })).toBeNull();
  });
});

describe('other workflows', () => {
  const load = async (workflow: string, more: Partial<HostCall> = {}) =>
    (await ask('workflow.load', { workflow }, more)) as {
      id: string;
      name: string;
      versionNumber: number;
      definition: WorkflowDefinition;
    };
  const templateOf = ({ definition }: { definition: WorkflowDefinition }) =>
    definition.nodes.find(({ id }) => id === 'greet')?.config.template;
  const changeDraft = (workflowId: string, definition: WorkflowDefinition) =>
    prisma.workflowDraft.update({
      where: { workflowId },
      data: { definition: definition as unknown as Prisma.InputJsonObject },
    });

  test('are found by id and by name, and stay as they were when they were loaded', async () => {
    const id = await createTestWorkflow(prisma, { ...workspace, definition: simpleDefinition('one') });
    const name = `Greeting ${id}`;
    await prisma.workflow.update({ where: { id }, data: { name } });
    const loaded = await load(id);
    expect(loaded).toMatchObject({ id, name, versionNumber: 1 });
    expect(templateOf(loaded)).toBe('one');
    await changeDraft(id, simpleDefinition('two'));
    expect(templateOf(await load(id))).toBe('one');
    // Another reference is another pin: a draft is frozen as it is then.
    expect(await load(name)).toMatchObject({ versionNumber: 2 });
    expect(templateOf(await load(name))).toBe('two');
  });

  test('run as they are published', async () => {
    const id = await createTestWorkflow(prisma, { ...workspace, definition: simpleDefinition('published') });
    await publishDraft(prisma, { ...workspace, workflowId: id, note: '' });
    await changeDraft(id, simpleDefinition('draft'));
    expect(templateOf(await load(id))).toBe('published');
  });

  test('of other workspaces, with problems, or with a name that several have, are refused', async () => {
    const stranger = await createTestWorkspace(prisma);
    const foreign = await createTestWorkflow(prisma, stranger);
    const broken = await createTestWorkflow(prisma, workspace);
    await changeDraft(broken, { ...simpleDefinition(), nodes: [] });
    for (const name of ['twice', 'twice']) {
      const id = await createTestWorkflow(prisma, workspace);
      await prisma.workflow.update({ where: { id }, data: { name } });
    }
    for (const reference of [foreign, broken, 'twice', 'none', randomUUID()]) {
      expect(await failureOf(load(reference)), reference).toMatchObject({
        code: 'invalid_workflow',
        message: expect.stringContaining(reference),
      });
    }
    expect(await prisma.loadedWorkflow.count({ where: { executionId } })).toBe(0);
  });

  test('run each other five deep and no deeper, wherever else they stand', async () => {
    const id = await createTestWorkflow(prisma, workspace);
    let iteration = '';
    for (let depth = 0; depth < 5; depth += 1) {
      // Maps and rounds around it are no depth.
      iteration = [iteration, 'each[3]', 'review#2[0]'].filter(Boolean).join('/');
      await load(id, { nodeId: 'self', iteration });
      iteration = `${iteration}/self[0]`;
    }
    expect(await failureOf(load(id, { nodeId: 'self', iteration }))).toMatchObject({
      code: 'invalid_workflow',
      message: expect.stringContaining('5 deep'),
    });
    expect(await load(id, { nodeId: 'self', iteration: 'each[4]' })).toMatchObject({ id });
  });
});
