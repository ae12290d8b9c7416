import { randomBytes, randomUUID } from 'node:crypto';
import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { draftToDefinition } from '@agentweaver/core/draft/draft-document';
import { SAMPLES } from '@agentweaver/core/samples/samples';
import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { jsonColumn } from '@agentweaver/db/json';
import { seedDemo } from '@agentweaver/db/seed';
import { type StartExecution, startExecution } from '@agentweaver/db/start-execution';
import { TUNABLES } from '@agentweaver/db/tunables';
import { publishDraft } from '@agentweaver/db/workflow-store';
import { sweepWorkspaceDays } from '@agentweaver/db/workspace-days';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { applyUpdate, Doc } from 'yjs';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { createTestWorkflow, createTestWorkspace, simpleDefinition, type TestWorkspace } from './support/workspace.ts';

let database: TestDatabase;
let prisma: PrismaClient;
let workspace: TestWorkspace;
let workflowId: string;
let queued: string[] = [];
const queue = {
  add: async ({ executionId }: { executionId: string }) => {
    queued.push(executionId);
  },
};

beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl, max: 20 });
});
afterAll(async () => {
  await prisma.$disconnect();
  await database.drop();
});
beforeEach(async () => {
  queued = [];
  workspace = await createTestWorkspace(prisma);
  workflowId = await createTestWorkflow(prisma, workspace);
});

const start = (changes: Partial<StartExecution> = {}) =>
  startExecution(
    { prisma, queue },
    {
      workspaceId: workspace.workspaceId,
      workflowId,
      source: 'draft',
      input: { name: 'Ada' },
      trigger: 'api',
      userId: workspace.userId,
      ...changes,
    },
  );
const setDraft = (definition: unknown) =>
  prisma.workflowDraft.update({ where: { workflowId }, data: { definition: jsonColumn(definition) } });
const countExecutions = () => prisma.execution.count({ where: { workspaceId: workspace.workspaceId } });
const countVersions = () => prisma.workflowVersion.count({ where: { workflowId } });
const publish = () => publishDraft(prisma, { ...workspace, workflowId, note: '' });

describe('starting an execution', () => {
  it('stores it, then queues it', async () => {
    const { id, replayed } = await start();
    expect(replayed).toBe(false);
    expect(queued).toEqual([id]);
    const row = await prisma.execution.findUniqueOrThrow({ where: { id }, include: { events: true, version: true } });
    expect(row).toMatchObject({ status: 'queued', input: { name: 'Ada' }, lastSeq: 1, trigger: 'api' });
    expect(row.events).toMatchObject([{ seq: 1, type: 'execution_queued' }]);
    expect(row.version).toMatchObject({ number: 1, definition: simpleDefinition() });
  });

  it('reuses the version of an unchanged draft, and numbers changed ones without gaps', async () => {
    await Promise.all(Array.from({ length: 8 }, () => start()));
    expect(await countVersions()).toBe(1);
    const drafts = Array.from({ length: 6 }, (_, index) => simpleDefinition(`${index}`));
    for (const draft of drafts) {
      await setDraft(draft);
      await Promise.all([start(), start()]);
    }
    const versions = await prisma.workflowVersion.findMany({ where: { workflowId }, orderBy: { number: 'asc' } });
    expect(versions.map((version) => version.number)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('runs the draft, the published version, or a given one', async () => {
    const draft = await start({ source: 'latest' });
    expect(draft.status).toBe('queued');
    await prisma.execution.delete({ where: { id: draft.id } });
    await prisma.workflowVersion.deleteMany({ where: { workflowId } });
    await expect(start({ source: 'published' })).rejects.toMatchObject({ code: 'conflict' });
    const published = await publish();
    await setDraft(simpleDefinition('changed'));
    const versionOf = async (source: StartExecution['source']) => {
      const { id } = await start({ source });
      return (await prisma.execution.findUniqueOrThrow({ where: { id }, include: { version: true } })).version.number;
    };
    expect(await versionOf('draft')).toBe(2);
    expect(await versionOf('published')).toBe(1);
    expect(await versionOf({ versionId: published.id })).toBe(1);
    expect(await versionOf({ versionNumber: 2 })).toBe(2);
    expect(await versionOf('latest')).toBe(1);
    await expect(start({ source: { versionId: randomUUID() } })).rejects.toMatchObject({ code: 'not_found' });
    await expect(start({ source: { versionNumber: 3 } })).rejects.toMatchObject({
      code: 'not_found',
      problems: [{ field: 'version', message: 'does not exist' }],
    });
  });

  it('stays queued when the queue is away, and says so', async () => {
    const failures: string[] = [];
    const { id } = await startExecution(
      {
        prisma,
        queue: { add: () => Promise.reject(new Error('no queue')) },
        onEnqueueError: (error, executionId) => failures.push(`${executionId} ${error}`),
      },
      { ...workspace, workflowId, source: 'draft', input: { name: 'Ada' }, trigger: 'api' },
    );
    expect(failures).toEqual([`${id} Error: no queue`]);
    expect(await prisma.execution.findUniqueOrThrow({ where: { id } })).toMatchObject({ status: 'queued' });
  });

  it.each<[string, () => Promise<unknown>, unknown]>([
    [
      'a workflow that cannot run, with every field',
      async () => {
        const definition = simpleDefinition('{{ input.');
        await setDraft({ ...definition, edges: [...definition.edges, { id: 'c', source: 'greet', target: 'input' }] });
        return start();
      },
      {
        code: 'invalid_workflow',
        problems: expect.arrayContaining([
          expect.objectContaining({ field: 'definition.nodes[greet].config.template' }),
        ]),
      },
    ],
    [
      'a draft that is no workflow at all',
      async () => {
        await setDraft(['nonsense']);
        return start();
      },
      { code: 'invalid_workflow' },
    ],
    [
      'a missing input field',
      () => start({ input: {} }),
      { code: 'bad_request', problems: [{ field: 'input.name', message: 'This field is required.' }] },
    ],
    ['an input of the wrong kind', () => start({ input: { name: 7 } }), { code: 'bad_request' }],
    [
      'an input that is too large',
      () => start({ input: { name: 'x'.repeat(TUNABLES.maxInputBytes) } }),
      { code: 'payload_too_large' },
    ],
    ['an unknown workflow', () => start({ workflowId: randomUUID() }), { code: 'not_found' }],
  ])('refuses %s and writes nothing', async (_, attempt, error) => {
    await expect(attempt()).rejects.toMatchObject(error as object);
    expect(await countExecutions()).toBe(0);
    expect(await countVersions()).toBe(0);
    expect(queued).toEqual([]);
  });

  it('keeps to the executions a day of the plan', async () => {
    workspace = await createTestWorkspace(prisma, { maxExecutionsPerDay: 2 });
    workflowId = await createTestWorkflow(prisma, workspace);
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => start()));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
    await expect(start()).rejects.toMatchObject({ code: 'plan_limit', retryAfterSeconds: expect.any(Number) });
    expect(await countExecutions()).toBe(2);
    expect(queued).toHaveLength(2);
    const tomorrow = new Date(Date.now() + 86_400_000);
    await startExecution(
      { prisma, queue, now: () => tomorrow },
      { ...workspace, workflowId, source: 'latest', input: { name: 'Ada' }, trigger: 'api' },
    );
    const { workspaceId } = workspace;
    await sweepWorkspaceDays(prisma, tomorrow);
    expect(await prisma.workspaceDay.findMany({ where: { workspaceId } })).toMatchObject([{ executions: 1 }]);
  });

  it('does not count what was refused', async () => {
    workspace = await createTestWorkspace(prisma, { maxExecutionsPerDay: 2 });
    workflowId = await createTestWorkflow(prisma, workspace);
    await expect(start({ input: {} })).rejects.toMatchObject({ code: 'bad_request' });
    const idempotencyKey = randomUUID();
    await Promise.all(Array.from({ length: 5 }, () => start({ idempotencyKey })));
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'plan_limit' });
  });

  it('gives no execution more memory than the plan, and says where it is set', async () => {
    workspace = await createTestWorkspace(prisma, { maxMemoryMb: 512 });
    const withMemory = async (settings: { memoryMb?: number }) => {
      const definition = workflowDefinitionSchema.parse({ ...simpleDefinition(), settings });
      const id = await createTestWorkflow(prisma, { ...workspace, definition });
      return start({ workflowId: id });
    };
    await expect(withMemory({ memoryMb: 2_048 })).rejects.toMatchObject({
      code: 'invalid_workflow',
      problems: [{ field: 'definition.settings.memoryMb', message: expect.stringMatching(/2048 MiB.*512 MiB/) }],
    });
    expect(queued).toEqual([]);
    await withMemory({ memoryMb: 512 });
    // One that asks for nothing gets what there is, and says so where it is less than usual.
    const firstLine = (executionId: string) =>
      prisma.executionEvent.findFirstOrThrow({ where: { executionId, seq: 1 }, select: { message: true, data: true } });
    const { id } = await withMemory({});
    expect(await firstLine(id)).toMatchObject({
      message: expect.stringMatching(/^Queued\. .*512 MiB.*plan.*1024 MiB\.$/),
      data: { memoryMb: 512 },
    });
    workspace = await createTestWorkspace(prisma, { maxMemoryMb: 1_024 });
    const enough = await firstLine((await withMemory({})).id);
    expect(enough.message).toBe('Queued.');
    expect(enough.data).not.toHaveProperty('memoryMb');
  });
});

describe('an idempotency key', () => {
  it('gives one execution, however often and however fast it is sent', async () => {
    const idempotencyKey = randomUUID();
    const results = await Promise.all(Array.from({ length: 10 }, () => start({ idempotencyKey })));
    expect(new Set(results.map((result) => result.id)).size).toBe(1);
    expect(results.filter((result) => !result.replayed)).toHaveLength(1);
    expect(await countExecutions()).toBe(1);
    expect(queued).toHaveLength(1);
    expect((await start({ idempotencyKey })).replayed).toBe(true);
  });

  it('refuses another request', async () => {
    const idempotencyKey = randomUUID();
    await start({ idempotencyKey });
    await expect(start({ idempotencyKey, input: { name: 'Bob' } })).rejects.toMatchObject({ code: 'conflict' });
    expect(await countExecutions()).toBe(1);
  });

  it('belongs to its workspace', async () => {
    const idempotencyKey = randomUUID();
    const first = await start({ idempotencyKey });
    workspace = await createTestWorkspace(prisma);
    workflowId = await createTestWorkflow(prisma, workspace);
    const second = await start({ idempotencyKey });
    expect(second.id).not.toBe(first.id);
    expect(second.replayed).toBe(false);
  });
});

describe('another workspace', () => {
  it('can neither run nor publish a workflow, nor run its versions', async () => {
    const { id: versionId } = await publish();
    const other = await createTestWorkspace(prisma);
    const own = await createTestWorkflow(prisma, other);
    const foreign = { workspaceId: other.workspaceId, userId: other.userId };
    for (const source of ['draft', 'published', { versionId }] as const) {
      await expect(start({ ...foreign, source })).rejects.toMatchObject({ code: 'not_found' });
    }
    await expect(start({ ...foreign, workflowId: own, source: { versionId } })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(publishDraft(prisma, { ...foreign, workflowId, note: '' })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await countExecutions()).toBe(0);
  });
});

describe('publishing', () => {
  it('keeps one version for an unchanged draft, also when two publish at once', async () => {
    const published = await Promise.all([publish(), publish()]);
    expect(new Set(published.map((version) => version.id)).size).toBe(1);
    const noted = await publishDraft(prisma, { ...workspace, workflowId, note: 'first release' });
    expect(noted.number).toBe(1);
    const row = await prisma.workflow.findUniqueOrThrow({
      where: { id: workflowId },
      include: { publishedVersion: true },
    });
    expect(row.publishedVersion).toMatchObject({ number: 1, note: 'first release' });
  });

  it('refuses what cannot run', async () => {
    await setDraft({ nodes: [], edges: [] });
    await expect(publish()).rejects.toMatchObject({ code: 'invalid_workflow' });
    expect((await prisma.workflow.findUniqueOrThrow({ where: { id: workflowId } })).publishedVersionId).toBeNull();
  });
});

describe('the demo', () => {
  const demo = () => ({
    email: 'demo@agentweaver.local',
    passwordHash: `$2b$${randomBytes(8).toString('hex')}`,
    token: 'aw_0123456789abcdef',
  });

  it('is seeded once, with samples whose drafts hold what they project to', async () => {
    const [first, again] = [await seedDemo(prisma, demo()), await seedDemo(prisma, demo())];
    expect(first.created).toBe(true);
    expect(again).toEqual({ ...first, created: false });
    expect(Object.keys(first.workflows).toSorted()).toEqual(SAMPLES.map((sample) => sample.id).toSorted());
    const drafts = await prisma.workflowDraft.findMany({ where: { workflow: { workspaceId: first.workspaceId } } });
    expect(drafts).toHaveLength(SAMPLES.length);
    for (const { state, definition } of drafts) {
      const doc = new Doc();
      applyUpdate(doc, state);
      expect(draftToDefinition(doc)).toEqual(definition);
    }
  });

  it('leaves what people changed, and takes a new password', async () => {
    const { workflows, userId } = await seedDemo(prisma, demo());
    const triage = workflows['ticket-triage'];
    if (!triage) throw new Error('no sample');
    await prisma.workflow.delete({ where: { id: triage } });
    await prisma.apiToken.updateMany({ where: { userId }, data: { revokedAt: new Date() } });
    const latest = demo();
    const again = await seedDemo(prisma, latest);
    expect(again.workflows['ticket-triage']).toBeUndefined();
    expect(await prisma.user.findUniqueOrThrow({ where: { id: userId } })).toMatchObject({
      passwordHash: latest.passwordHash,
    });
    expect(await prisma.apiToken.count({ where: { userId, revokedAt: null } })).toBe(0);
  });

  it('has samples that run', async () => {
    const { workflows, workspaceId } = await seedDemo(prisma, demo());
    for (const [sample, id] of Object.entries(workflows)) {
      const input = SAMPLES.find((one) => one.id === sample)?.exampleInput;
      const { status } = await start({ workspaceId, workflowId: id, input, trigger: 'sample' });
      expect(status).toBe('queued');
    }
  });
});
