import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { createPrisma } from '@agentweaver/db/client';
import { deleteExecution } from '@agentweaver/db/delete-execution';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { jsonColumn } from '@agentweaver/db/json';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getExecution } from '../../apps/web/src/features/executions/server/get-execution.ts';
import { getPayload } from '../../apps/web/src/features/executions/server/get-payload.ts';
import { getStep } from '../../apps/web/src/features/executions/server/get-step.ts';
import {
  type ListExecutionsInput,
  listExecutions,
} from '../../apps/web/src/features/executions/server/list-executions.ts';
import { readLog } from '../../apps/web/src/features/executions/server/read-log.ts';
import { UPDATE_PAGE } from '../../apps/web/src/features/executions/server/read-update.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';

const definition = workflowDefinitionSchema.parse({
  nodes: [
    { id: 'ask', type: 'input', name: 'Ask' },
    { id: 'reply', type: 'output', name: 'Reply' },
  ],
  edges: [{ id: 'e', source: 'ask', target: 'reply' }],
});

let database: TestDatabase;
let prisma: PrismaClient;
const workspace = { id: '' };
const other = { id: '' };
let workflowId = '';
let versionId = '';
let userId = '';

beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl, max: 4 });
  const user = await prisma.user.create({ data: { email: 'ann@example.com', name: 'Ann' } });
  userId = user.id;
  workspace.id = (await prisma.workspace.create({ data: { slug: 'ours', name: 'Ours' } })).id;
  other.id = (await prisma.workspace.create({ data: { slug: 'theirs', name: 'Theirs' } })).id;
  const workflow = await prisma.workflow.create({ data: { workspaceId: workspace.id, name: 'Ticket triage' } });
  workflowId = workflow.id;
  const version = await prisma.workflowVersion.create({
    data: { workflowId, number: 3, definition: jsonColumn(definition), hash: 'b'.repeat(64) },
  });
  versionId = version.id;
});
afterAll(async () => {
  await prisma?.$disconnect();
  await database?.drop();
});

const add = async (data: { queuedAt: string; status?: 'queued' | 'completed' | 'failed'; model?: string }) => {
  const { id } = await prisma.execution.create({
    data: {
      workspaceId: workspace.id,
      workflowId,
      versionId,
      trigger: 'manual',
      status: data.status ?? 'completed',
      input: { text: 'hello' },
      results: 'done',
      error: data.status === 'failed' ? { code: 'node_timeout', message: 'Too slow.', nodeId: 'reply' } : undefined,
      createdById: userId,
      queuedAt: new Date(data.queuedAt),
      steps: {
        create: { nodeId: 'reply', nodeType: 'output', nodeName: 'Reply', model: data.model, output: { big: true } },
      },
    },
  });
  return id;
};

const all: ListExecutionsInput = { statuses: [], limit: 50 };
const list = async (input: Partial<ListExecutionsInput>, of = workspace) =>
  (await listExecutions({ prisma, workspace: of }, { ...all, ...input })).items.map(({ id }) => id);

describe('the console', () => {
  it('pages through executions newest first, without gaps or repeats among equal times', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) ids.push(await add({ queuedAt: '2026-01-05T00:00:00Z' }));
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await listExecutions(
        { prisma, workspace },
        { ...all, limit: 3, cursor, from: new Date('2026-01-05'), to: new Date('2026-01-06') },
      );
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen).toEqual(ids.toSorted().toReversed());
    await expect(listExecutions({ prisma, workspace }, { ...all, cursor: 'nonsense' })).rejects.toMatchObject({
      code: 'bad_request',
    });
  });

  it('filters by status, time, model and search', async () => {
    const failed = await add({ queuedAt: '2026-02-01T00:00:00Z', status: 'failed' });
    const modelled = await add({ queuedAt: '2026-02-02T00:00:00Z', model: 'demo/demo-model' });
    const february = { from: new Date('2026-02-01T00:00:00Z'), to: new Date('2026-02-03T00:00:00Z') };
    expect(await list({ ...february })).toEqual([modelled, failed]);
    expect(await list({ ...february, statuses: ['failed', 'queued'] })).toEqual([failed]);
    expect(await list({ from: february.from, to: new Date('2026-02-02T00:00:00Z') })).toEqual([failed]);
    expect(await list({ ...february, model: 'demo/demo-model' })).toEqual([modelled]);
    expect(await list({ ...february, search: 'TRIAGE' })).toEqual([modelled, failed]);
    expect(await list({ ...february, search: '100%' })).toEqual([]);
    expect(await list({ search: failed })).toEqual([failed]);
    const [item] = (await listExecutions({ prisma, workspace }, { ...all, search: failed })).items;
    expect(item).toMatchObject({ errorCode: 'node_timeout', runBy: 'Ann', versionNumber: 3, totalCostUsd: 0 });
  });

  it('gives an execution with its frozen graph, and its payloads only when asked', async () => {
    const id = await add({ queuedAt: '2026-03-01T00:00:00Z' });
    const detail = await getExecution({ prisma, workspace }, id);
    expect(detail.definition).toEqual(definition);
    expect(detail.steps).toHaveLength(1);
    expect(JSON.stringify(detail)).not.toContain('big');
    expect(await getPayload({ prisma, workspace }, id)).toEqual({ input: { text: 'hello' }, results: 'done' });
    const reply = { executionId: id, nodeId: 'reply', iteration: '' };
    expect((await getStep({ prisma, workspace }, reply)).output).toEqual({ big: true });
  });

  it('hands out a long log in pages', async () => {
    const id = await add({ queuedAt: '2026-03-02T00:00:00Z' });
    const lines = UPDATE_PAGE + 20;
    await prisma.executionEvent.createMany({
      data: Array.from({ length: lines }, (_, index) => ({
        executionId: id,
        seq: index + 1,
        type: 'step_log',
        message: `line ${index + 1}`,
        data: index === 0 ? { text: 'x'.repeat(100_000) } : { index },
      })),
    });
    await prisma.execution.update({ where: { id }, data: { lastSeq: lines } });
    const first = await readLog({ prisma, workspace }, { executionId: id, since: 0 });
    expect(first.events).toHaveLength(UPDATE_PAGE);
    // Large data stays out of the live view, however well it compresses.
    expect(first.events[0]?.data).toBeNull();
    expect(first.events[1]?.data).toEqual({ index: 1 });
    const second = await readLog({ prisma, workspace }, { executionId: id, since: first.nextSince ?? -1 });
    expect(second.events.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, i) => UPDATE_PAGE + 1 + i));
    expect(second.nextSince).toBeNull();
  });

  it('has nothing for another workspace', async () => {
    const id = await add({ queuedAt: '2026-03-03T00:00:00Z' });
    const theirs = { prisma, workspace: other };
    expect(await list({}, other)).toEqual([]);
    const absent = { code: 'not_found' };
    await expect(getExecution(theirs, id)).rejects.toMatchObject(absent);
    await expect(getPayload(theirs, id)).rejects.toMatchObject(absent);
    await expect(getStep(theirs, { executionId: id, nodeId: 'reply', iteration: '' })).rejects.toMatchObject(absent);
    await expect(readLog(theirs, { executionId: id, since: 0 })).rejects.toMatchObject(absent);
    await expect(deleteExecution(prisma, { id, workspaceId: other.id, userId })).rejects.toMatchObject(absent);
  });

  it('deletes what has ended, keeps its usage, and notes who did it', async () => {
    const queued = await add({ queuedAt: '2026-03-04T00:00:00Z', status: 'queued' });
    const target = { workspaceId: workspace.id, userId };
    await expect(deleteExecution(prisma, { id: queued, ...target })).rejects.toMatchObject({ code: 'conflict' });

    const id = await add({ queuedAt: '2026-03-04T00:00:00Z' });
    const usage = { workspaceId: workspace.id, workflowId, executionId: id, provider: 'demo', model: 'demo-model' };
    await prisma.usageMetric.create({ data: { ...usage, calls: 1, inputTokens: 1, outputTokens: 1, costUsd: 0 } });
    await deleteExecution(prisma, { id, ...target });
    expect(await prisma.execution.findUnique({ where: { id } })).toBeNull();
    expect(await prisma.executionStep.count({ where: { executionId: id } })).toBe(0);
    expect(await prisma.usageMetric.count({ where: { executionId: id } })).toBe(1);
    expect(await prisma.auditLog.findFirst({ where: { targetId: id } })).toMatchObject({
      action: 'execution.deleted',
      userId,
    });
  });
});
