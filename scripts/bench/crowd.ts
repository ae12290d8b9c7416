import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createPrisma } from '@agentweaver/db/client';
import { startEmbeddedPostgres } from '@agentweaver/db/embedded-postgres';
import { migrate } from '@agentweaver/db/migrate';
import { createExecutionQueue } from '@agentweaver/db/queue';
import { Redis } from 'ioredis';
import { createTenant, findAnomalies } from '../../tests/integration/support/crowd.ts';
import { runCrowd, type Wait } from '../../tests/integration/support/crowd-run.ts';
import { chain } from '../../tests/integration/support/drive.ts';
import { startExecutor, type TestExecutor } from '../../tests/integration/support/executor.ts';
import { redisUrl } from '../../tests/integration/support/redis.ts';
import { docker } from '../../tests/integration/support/sandboxes.ts';
import { bold, red, say } from '../lib/progress.ts';

/** One workspace with very many executions, and nineteen with a few: 10,000 in all. */
const SMALL = 19;
const EACH = 53;
const MANY = 10_000 - SMALL * EACH;
/** What the small ones start while nobody else does, for comparison. */
const ALONE = 30;
/** Between two starts of small workspaces: 20 a second, all together, which is far from what the executor can do. */
const EVERY_MS = 50;
/** The aim: a wait of a small workspace at most so many times that without the large one. */
const AIM = 3;
const TIMEOUT_MS = 900_000;

const definition = chain(
  Array.from({ length: 3 }, (_, index) => ({
    id: `t${index}`,
    type: 'transform',
    config: { mode: 'template', template: '{{ previous }}' },
  })),
);

/** 10,000 executions of 20 workspaces: what the small ones wait, and what the executor's memory does meanwhile. */
export const benchCrowd = async (): Promise<void> => {
  const sandbox = docker ? 'docker' : 'process';
  say(`\n10,000 executions of 20 workspaces (${redisUrl ? 'Redis' : 'embedded queue'}, ${sandbox})`);
  const scratch = await mkdtemp(path.join(tmpdir(), 'agentweaver-bench-'));
  const server = await startEmbeddedPostgres({ dataDir: scratch });
  const { databaseUrl } = server;
  const redis = redisUrl && Object.assign(new URL(redisUrl), { pathname: '/14' }).toString();
  let executor: TestExecutor | undefined;
  const prisma = createPrisma({ databaseUrl });
  if (redis) await emptyRedis(redis);
  const queue = createExecutionQueue({ databaseUrl, ...(redis ? { redisUrl: redis } : {}) });
  try {
    await migrate(databaseUrl);
    executor = await startExecutor({
      databaseUrl,
      sandbox,
      env: { LOG_LEVEL: 'warn', ...(redis ? { REDIS_URL: redis } : {}) },
    });
    const { metrics } = executor;
    const large = await createTenant(prisma, { definition, maxConcurrency: 1_000 });
    const small = await Promise.all(
      Array.from({ length: SMALL }, () => createTenant(prisma, { definition, maxConcurrency: 10 })),
    );
    const memory: Memory[] = [];
    const figures = await runCrowd(
      { prisma, queue, large, small },
      {
        many: MANY,
        alone: ALONE,
        crowded: EACH,
        everyMs: EVERY_MS,
        timeoutMs: TIMEOUT_MS,
        // An executor too busy to answer in time is one sample less.
        onTick: () =>
          metrics().then(
            (text) => void memory.push(readMemory(text)),
            () => undefined,
          ),
      },
    );
    const { notCompleted, endedTwice, stepsTwice } = await findAnomalies(prisma);
    line('executions that ended', `${figures.executions - notCompleted} of ${figures.executions}`);
    line('ended, or ran a step, twice', String(endedTwice + stepsTwice));
    line('executions a second, with all of them queued', figures.perSecond.toFixed(1));
    const claimed = tellWaits('small workspace, queued → claimed', figures, ({ untilClaimedMs }) => untilClaimedMs);
    tellWaits('small workspace, queued → first step', figures, ({ untilStepMs }) => untilStepMs);
    line('large executions that overtook it, at most', String(Math.max(...figures.crowded.map((w) => w.overtakenBy))));
    tellMemory(memory);
    if (claimed > AIM) say(red(`  The aim is at most ${AIM} × the wait alone.`));
    if (notCompleted + endedTwice + stepsTwice > 0) throw new Error('Executions were lost, or ran twice.');
  } finally {
    await executor?.stop();
    await queue.close();
    if (redis) await emptyRedis(redis);
    await prisma.$disconnect();
    await server.stop();
    await rm(scratch, { recursive: true, force: true });
  }
};

/** Jobs of an earlier run would be in the way. */
const emptyRedis = async (url: string): Promise<void> => {
  const redis = new Redis(url);
  await redis.flushdb();
  redis.disconnect();
};

const line = (name: string, value: string): void => say(`  ${name.padEnd(44)}   ${value}`);

const tellWaits = (
  name: string,
  { alone, crowded }: Record<'alone' | 'crowded', Wait[]>,
  of: (wait: Wait) => number,
) => {
  const figure = (waits: Wait[], share: number) => percentile(waits.map(of), share);
  const text = (waits: Wait[]) => [0.5, 0.95, 0.99].map((share) => figure(waits, share).toFixed(1)).join(' / ');
  const ratio = figure(crowded, 0.99) / figure(alone, 0.99);
  line(name, `alone ${text(alone)} ms, crowded ${text(crowded)} ms, p99 ${bold(`${ratio.toFixed(1)} ×`)}`);
  return ratio;
};

const percentile = (values: number[], share: number): number => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
};

type Memory = { rss: number; heap: number };

/** In MiB. */
const readMemory = (metrics: string): Memory => {
  const read = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(metrics)?.[1]) / 1024 / 1024;
  return { rss: read('process_resident_memory_bytes'), heap: read('nodejs_heap_size_used_bytes') };
};

const tellMemory = (samples: Memory[]): void => {
  const quarters = Array.from({ length: 4 }, (_, quarter) =>
    samples.slice((quarter * samples.length) / 4, ((quarter + 1) * samples.length) / 4),
  );
  for (const [name, of] of [
    ['resident', ({ rss }: Memory) => rss],
    ['heap', ({ heap }: Memory) => heap],
  ] as const) {
    const medians = quarters.map((quarter) => percentile(quarter.map(of), 0.5).toFixed(0));
    line(`executor's memory, ${name}: each quarter's median`, `${medians.join('  ')} MiB`);
  }
};
