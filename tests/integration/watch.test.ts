import { setTimeout as sleep } from 'node:timers/promises';
import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import type { EngineEvent } from '@agentweaver/core/engine/events';
import { createPrisma } from '@agentweaver/db/client';
import { claimExecution } from '@agentweaver/db/execution-claim';
import { recordEvents } from '@agentweaver/db/execution-recorder';
import { finishExecution } from '@agentweaver/db/execution-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import { jsonColumn } from '@agentweaver/db/json';
import { createLiveChannel, type LiveChannel, type LiveChannelConfig } from '@agentweaver/db/live-channel';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { WatchMessage } from '../../apps/web/src/features/executions/execution-view.ts';
import { EMPTY_LIVE_STATE, foldMessages, type LiveState } from '../../apps/web/src/features/executions/live-state.ts';
import { watchExecution } from '../../apps/web/src/features/executions/server/watch-execution.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { redisPrefix, redisUrl } from './support/redis.ts';

const NODES = ['ask', 'answer', 'check', 'reply'];

let database: TestDatabase;
let prisma: PrismaClient;
beforeAll(async () => {
  database = await createTestDatabase();
  prisma = createPrisma({ databaseUrl: database.databaseUrl, max: 8 });
});
afterAll(async () => {
  await prisma?.$disconnect();
  await database?.drop();
});

const definition = workflowDefinitionSchema.parse({
  nodes: NODES.map((id) => ({ id, type: id === 'ask' ? 'input' : 'output', name: id })),
  edges: [],
});

const createRow = async (): Promise<{ executionId: string; workspaceId: string }> => {
  const workspace = await prisma.workspace.create({ data: { slug: crypto.randomUUID(), name: 'Watchers' } });
  const workflow = await prisma.workflow.create({ data: { workspaceId: workspace.id, name: 'Watched' } });
  const version = await prisma.workflowVersion.create({
    data: { workflowId: workflow.id, number: 1, definition: jsonColumn(definition), hash: 'a'.repeat(64) },
  });
  const { id } = await prisma.execution.create({
    data: { workspaceId: workspace.id, workflowId: workflow.id, versionId: version.id, trigger: 'manual', input: {} },
  });
  return { executionId: id, workspaceId: workspace.id };
};

const linesOf = (nodeId: string): EngineEvent[] => {
  const at = Date.now();
  const step = { nodeId, iteration: '' };
  return [
    { type: 'step_started', at, ...step, attempt: 1, input: {} },
    ...Array.from({ length: 12 }, (_, index): EngineEvent => {
      return { type: 'step_log', at, ...step, level: 'info', message: `${nodeId} ${index}` };
    }),
    { type: 'step_completed', at: at + 5, ...step, attempt: 1, output: { text: nodeId }, ports: ['out'] },
  ];
};

/** What an executor does: claims, writes in small batches and wakes readers, now and then with streamed text. */
const execute = async (
  live: LiveChannel,
  executionId: string,
  beforeEnd: () => Promise<void> = async () => undefined,
): Promise<void> => {
  const claim = await claimExecution(prisma, { id: executionId, executorId: 'test', sandbox: 'process' });
  if (claim.kind !== 'claimed') throw new Error(`not claimed: ${claim.kind}`);
  const { attemptId } = claim;
  for (const nodeId of NODES) {
    const lines = linesOf(nodeId);
    while (lines.length > 0) {
      const result = await recordEvents(prisma, { executionId, attemptId, events: lines.splice(0, 3) });
      if (result.kind !== 'recorded') throw new Error('the claim was lost');
      await live.publish(executionId, { type: 'events', lastSeq: result.lastSeq });
      await live.publish(executionId, { type: 'delta', nodeId, iteration: '', text: '.' });
    }
  }
  await beforeEnd();
  const outcome = { status: 'completed', results: 'done' } as const;
  const finished = await finishExecution(prisma, { id: executionId, attemptId, outcome });
  if (finished.kind !== 'finished') throw new Error('the claim was lost');
  await live.publish(executionId, { type: 'events', lastSeq: finished.lastSeq });
};

type ReadOptions = {
  since?: number;
  signal?: AbortSignal;
  until?: (seqs: number[]) => boolean;
  onText?: () => void;
};

const backends: [string, () => LiveChannelConfig][] = [
  ['PostgreSQL', () => ({ databaseUrl: database.databaseUrl })],
  ['Redis', () => ({ databaseUrl: database.databaseUrl, redisUrl, prefix: redisPrefix() })],
];

describe.each(backends)('watching an execution over %s', (name, configOf) => {
  if (name === 'Redis' && !redisUrl) {
    it.skip('needs Redis', () => undefined);
    return;
  }
  const open: LiveChannel[] = [];
  const channels = () => {
    const config = configOf();
    const pair = [createLiveChannel(config), createLiveChannel(config)] as const;
    open.push(...pair);
    return pair;
  };
  afterEach(async () => {
    await Promise.all(open.splice(0).map((each) => each.close()));
  });

  /** Follows to the end (or until told), and gives every `seq` as it came and what a browser would show. */
  const read = async (
    live: LiveChannel,
    target: { executionId: string; workspaceId: string },
    options: ReadOptions = {},
  ) => {
    const { since = 0, signal = new AbortController().signal, until, onText } = options;
    const seqs: number[] = [];
    let state: LiveState = EMPTY_LIVE_STATE;
    const context = { prisma, live, workspace: { id: target.workspaceId } };
    for await (const message of watchExecution(context, { executionId: target.executionId, since, signal })) {
      state = foldMessages(state, [message]);
      if (message.type === 'delta') onText?.();
      if (message.type === 'update') seqs.push(...message.events.map(({ seq }) => seq));
      if (until?.(seqs)) break;
    }
    return { seqs, state };
  };
  const allSeqs = async (executionId: string): Promise<number[]> => {
    const { lastSeq } = await prisma.execution.findUniqueOrThrow({ where: { id: executionId } });
    return Array.from({ length: lastSeq }, (_, index) => index + 1);
  };

  it('gives a reader that connects at any moment every line exactly once, in order, and then ends', async () => {
    const [writer, reader] = channels();
    const target = await createRow();
    const running = execute(writer, target.executionId);
    // Before the claim, all through the run, and after the end.
    const readers = Array.from({ length: 12 }, async (_, index) => {
      await sleep(index * 25);
      return read(reader, target);
    });
    await running;
    const late = await read(reader, target);
    const expected = await allSeqs(target.executionId);
    expect(expected.length).toBeGreaterThan(NODES.length * 14);
    for (const { seqs, state } of [...(await Promise.all(readers)), late]) {
      expect(seqs).toEqual(expected);
      expect(state.execution?.status).toBe('completed');
      expect(Object.keys(state.steps).sort()).toEqual([...NODES].sort());
      expect(Object.values(state.steps).every(({ status }) => status === 'completed')).toBe(true);
    }
  });

  it('resumes after the last line that a reader had', async () => {
    const [writer, reader] = channels();
    const target = await createRow();
    const first = read(reader, target, { until: (seqs) => seqs.length >= 5 });
    const running = execute(writer, target.executionId);
    const before = await first;
    const rest = await read(reader, target, { since: before.seqs.at(-1) });
    await running;
    expect([...before.seqs, ...rest.seqs]).toEqual(await allSeqs(target.executionId));
    // A resumed reader has all steps again, also those whose lines it had before.
    expect(Object.keys(rest.state.steps).sort()).toEqual([...NODES].sort());
  });

  it('passes streamed text on, and loses nothing when no wake-up arrives', async () => {
    const [writer, reader] = channels();
    const target = await createRow();
    let arrived = false;
    const following = read(reader, target, {
      onText: () => {
        arrived = true;
      },
    });
    // Streamed text is live only: what nobody listens to yet is gone, so it flows until the reader has some.
    await execute(writer, target.executionId, async () => {
      while (!arrived) {
        await writer.publish(target.executionId, { type: 'delta', nodeId: 'reply', iteration: '', text: '.' });
        await sleep(20);
      }
    });
    expect(Object.values((await following).state.deltas).join('')).toMatch(/^\.+$/);

    const silent = await createRow();
    const tailing = read(reader, silent);
    const mute: LiveChannel = { ...writer, publish: async () => undefined };
    await execute(mute, silent.executionId);
    expect((await tailing).seqs).toEqual(await allSeqs(silent.executionId));
  });

  it('shows the log also when the live channel never answers', async () => {
    const [writer] = channels();
    const target = await createRow();
    const hanging: LiveChannel = { ...writer, subscribe: () => new Promise(() => undefined) };
    const following = read(hanging, target);
    await execute(writer, target.executionId);
    expect((await following).seqs).toEqual(await allSeqs(target.executionId));
  });

  it('shows nothing of an execution of another workspace, and stops when the reader goes', async () => {
    const [writer, reader] = channels();
    const target = await createRow();
    const foreign = await createRow();
    const { seqs } = await read(reader, { executionId: target.executionId, workspaceId: foreign.workspaceId });
    expect(seqs).toEqual([]);

    const controller = new AbortController();
    const messages: WatchMessage[] = [];
    const context = { prisma, live: reader, workspace: { id: target.workspaceId } };
    const options = { executionId: target.executionId, since: 0, signal: controller.signal };
    for await (const message of watchExecution(context, options)) {
      messages.push(message);
      controller.abort();
    }
    expect(messages).toHaveLength(1);
    await execute(writer, target.executionId);
  });
});
