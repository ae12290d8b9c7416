import { createPrisma } from '@agentweaver/db/client';
import { createExecutionQueue } from '@agentweaver/db/queue';
import { expect, test } from 'vitest';
import { createTenant, findAnomalies } from './support/crowd.ts';
import { runCrowd } from './support/crowd-run.ts';
import { createTestDatabase } from './support/database.ts';
import { chain } from './support/drive.ts';
import { startExecutor } from './support/executor.ts';

/** The same with 10,000 executions, and with times instead of turns, is a part of `npm run bench`. */
const SMALL = 19;
const MANY = 500;
const SLOTS = 4;

test('of twenty workspaces one queues hundreds of executions: all end once, and the others hardly wait', async () => {
  const { databaseUrl, drop } = await createTestDatabase();
  const prisma = createPrisma({ databaseUrl });
  const queue = createExecutionQueue({ databaseUrl });
  const executor = await startExecutor({ databaseUrl, env: { EXECUTOR_CONCURRENCY: String(SLOTS) } });
  try {
    const definition = chain([{ id: 'say', type: 'transform', config: { mode: 'template', template: '{{ input }}' } }]);
    const large = await createTenant(prisma, { definition, maxConcurrency: 1_000 });
    const small = await Promise.all(
      Array.from({ length: SMALL }, () => createTenant(prisma, { definition, maxConcurrency: 10 })),
    );
    const { crowded, executions } = await runCrowd(
      { prisma, queue, large, small },
      { many: MANY, alone: 1, crowded: 5, everyMs: 10, timeoutMs: 120_000 },
    );
    expect(executions).toBe(MANY + SMALL * 5);
    expect(await findAnomalies(prisma)).toEqual({ notCompleted: 0, endedTwice: 0, stepsTwice: 0 });
    const overtaken = crowded.map(({ overtakenBy }) => overtakenBy).toSorted((a, b) => a - b);
    // A place that becomes free while it waits is its own; more only if writing its row took its time.
    expect(overtaken[Math.floor(overtaken.length / 2)]).toBeLessThanOrEqual(SLOTS);
    expect(overtaken.at(-1)).toBeLessThan(MANY / 10);
    // The queue of the large one was there all the time.
    const lastLarge = await prisma.execution.aggregate({
      where: { workspaceId: large.workspaceId },
      _max: { startedAt: true },
    });
    const lastSmall = await prisma.execution.aggregate({
      where: { workspaceId: { not: large.workspaceId } },
      _max: { queuedAt: true },
    });
    expect(lastLarge._max.startedAt?.getTime()).toBeGreaterThan(lastSmall._max.queuedAt?.getTime() ?? 0);
  } finally {
    await executor.killHard();
    await queue.close();
    await prisma.$disconnect();
    await drop();
  }
}, 300_000);
