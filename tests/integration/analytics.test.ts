import { createPrisma } from '@agentweaver/db/client';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getAnalytics } from '../../apps/web/src/features/analytics/server/get-analytics.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';

type Run = {
  workflow: 'triage' | 'digest';
  at: string;
  status?: 'completed' | 'failed' | 'cancelled' | 'running';
  ms?: number;
  /** Model, and what it cost. */
  calls?: [string, string, number][];
};

let database: TestDatabase;
let prisma: PrismaClient;
const workspace = { id: '' };
const workflows = { triage: '', digest: '' };

beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl, max: 8 });
  const { id } = await prisma.workspace.create({ data: { slug: 'figures', name: 'Figures' } });
  workspace.id = id;
  for (const name of ['triage', 'digest'] as const) {
    const workflow = await prisma.workflow.create({ data: { workspaceId: id, name } });
    workflows[name] = workflow.id;
    await prisma.workflowVersion.create({ data: { workflowId: workflow.id, number: 1, definition: {}, hash: name } });
  }
});
afterAll(async () => {
  await prisma?.$disconnect();
  await database?.drop();
});

const add = async ({ workflow, at, status = 'completed', ms = 1_000, calls = [] }: Run): Promise<string> => {
  const workflowId = workflows[workflow];
  const version = await prisma.workflowVersion.findFirstOrThrow({ where: { workflowId } });
  const queuedAt = new Date(at);
  const { id } = await prisma.execution.create({
    data: {
      workspaceId: workspace.id,
      workflowId,
      versionId: version.id,
      trigger: 'manual',
      input: {},
      status,
      queuedAt,
      executionTimeMs: status === 'running' ? null : ms,
    },
  });
  for (const [provider, model, costUsd] of calls) {
    await prisma.usageMetric.create({
      data: {
        workspaceId: workspace.id,
        workflowId,
        executionId: id,
        provider,
        model,
        calls: 1,
        inputTokens: 100,
        outputTokens: 10,
        costUsd,
        createdAt: queuedAt,
      },
    });
  }
  return id;
};

const context = () => ({ prisma, workspace });

describe('analytics', () => {
  it('adds up a period, compares it with the one before, and splits it by workflow and model', async () => {
    const sonnet = ['anthropic', 'anthropic/claude-sonnet', 0.02] as [string, string, number];
    const demo = ['demo', 'demo-model', 0] as [string, string, number];
    await add({ workflow: 'triage', at: '2026-03-10T10:00:00Z', ms: 100, calls: [sonnet] });
    await add({ workflow: 'triage', at: '2026-03-11T10:00:00Z', ms: 300, calls: [sonnet, demo] });
    await add({ workflow: 'digest', at: '2026-03-11T11:00:00Z', status: 'failed', ms: 9_000, calls: [demo] });
    await add({ workflow: 'digest', at: '2026-03-12T23:59:59.999Z', status: 'running' });
    // The end is exclusive; the start is not.
    await add({ workflow: 'digest', at: '2026-03-13T00:00:00Z' });
    const deleted = await add({ workflow: 'digest', at: '2026-03-09T12:00:00Z', calls: [sonnet] });
    await prisma.execution.delete({ where: { id: deleted } });

    const range = { from: new Date('2026-03-10T00:00:00Z'), to: new Date('2026-03-13T00:00:00Z') };
    const data = await getAnalytics(context(), { ...range, timeZone: 'UTC' });
    expect(data.totals).toMatchObject({ executions: 4, completed: 2, failed: 1, cancelled: 0, medianMs: 200 });
    expect(data.totals.costUsd).toBeCloseTo(0.04);
    expect(data.totals.inputTokens).toBe(400);
    // Usage outlives its execution.
    expect(data.previous).toMatchObject({ executions: 0, costUsd: 0.02, medianMs: null });
    expect(data.series.map((point) => [point.completed, point.failed, point.active])).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [0, 0, 1],
    ]);
    expect(data.series[1]?.costByModel).toEqual({ 'anthropic/claude-sonnet': 0.02, 'demo/demo-model': 0 });
    expect(data.workflows.map(({ name, executions, failed }) => [name, executions, failed])).toEqual([
      ['triage', 2, 0],
      ['digest', 2, 1],
    ]);
    expect(data.models.map(({ model, calls, executions }) => [model, calls, executions])).toEqual([
      ['anthropic/claude-sonnet', 2, 2],
      ['demo/demo-model', 2, 2],
    ]);

    const demoOnly = await getAnalytics(context(), { ...range, timeZone: 'UTC', model: 'demo/demo-model' });
    expect(demoOnly.totals).toMatchObject({ executions: 2, completed: 1, failed: 1, costUsd: 0 });
    const digestOnly = await getAnalytics(context(), { ...range, timeZone: 'UTC', workflowId: workflows.digest });
    expect(digestOnly.totals.executions).toBe(2);
    expect(digestOnly.workflows).toHaveLength(1);
  });

  it('counts days of the viewer, also those with 23 and 25 hours', async () => {
    const timeZone = 'Europe/Berlin';
    // Clocks go forward on 29 March and back on 25 October 2026.
    await add({ workflow: 'triage', at: '2026-03-29T21:59:59Z' });
    await add({ workflow: 'triage', at: '2026-03-29T22:00:00Z' });
    const spring = await getAnalytics(context(), {
      from: new Date('2026-03-27T23:00:00Z'),
      to: new Date('2026-03-30T22:00:00Z'),
      timeZone,
    });
    expect(spring.bucket).toBe('day');
    expect(spring.series.map(({ at, completed }) => [at.toISOString(), completed])).toEqual([
      ['2026-03-27T23:00:00.000Z', 0],
      ['2026-03-28T23:00:00.000Z', 1],
      ['2026-03-29T22:00:00.000Z', 1],
    ]);

    // 00:30Z and 01:30Z are both 02:30 there, in two different hours.
    await add({ workflow: 'triage', at: '2026-10-25T00:30:00Z' });
    await add({ workflow: 'triage', at: '2026-10-25T01:30:00Z' });
    const autumn = await getAnalytics(context(), {
      from: new Date('2026-10-24T22:00:00Z'),
      to: new Date('2026-10-25T23:00:00Z'),
      timeZone,
    });
    expect(autumn.bucket).toBe('hour');
    expect(autumn.series).toHaveLength(25);
    expect(autumn.series.filter(({ completed }) => completed > 0)).toHaveLength(2);
  });

  it('compares a period that still runs with as much time before it', async () => {
    const now = new Date('2026-06-10T12:00:00Z');
    await add({ workflow: 'triage', at: '2026-06-09T11:00:00Z' });
    await add({ workflow: 'triage', at: '2026-06-09T13:00:00Z' });
    const today = { from: new Date('2026-06-10T00:00:00Z'), to: new Date('2026-06-11T00:00:00Z') };
    const { previous } = await getAnalytics(context(), { ...today, timeZone: 'UTC' }, now);
    // From noon to midnight before, not the whole day.
    expect(previous.executions).toBe(1);
  });

  it('shows nothing of another workspace', async () => {
    const other = await prisma.workspace.create({ data: { slug: 'others', name: 'Others' } });
    const data = await getAnalytics(
      { prisma, workspace: other },
      { from: new Date('2026-01-01T00:00:00Z'), to: new Date('2026-12-31T00:00:00Z'), timeZone: 'UTC' },
    );
    expect(data.bucket).toBe('week');
    expect(data.totals.executions).toBe(0);
    expect(data.workflows).toEqual([]);
    expect(data.options).toEqual({ workflows: [], models: [] });
    expect(data.series.length).toBeGreaterThan(50);
  });
});
