import { startExecution } from '@agentweaver/db/start-execution';
import { createWorkflow } from '@agentweaver/db/workflow-store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChaosLoad, startChaosLoad } from './support/chaos/chaos-load.ts';
import { type ChaosStage, openChaosStage } from './support/chaos/chaos-stage.ts';
import { createRandom } from './support/chaos/random.ts';
import { drained, wholeAgain } from './support/chaos/run-chaos.ts';
import { judge } from './support/chaos/verdict.ts';
import { graph } from './support/graph.ts';
import { createTestWorkspace } from './support/workspace.ts';

let stage: ChaosStage;
let load: ChaosLoad;
beforeAll(async () => {
  stage = await openChaosStage({ executors: 2, concurrency: 3, docker: false });
  load = await startChaosLoad(stage, createRandom(1));
});
afterAll(async () => {
  await load?.stop();
  await stage?.close();
});

/** More than an executor that stops waits for its executions to end. */
const LONG_SECONDS = 14;

test('executors that are replaced one after another cost no execution anything', { timeout: 240_000 }, async () => {
  const { prisma, queue } = stage;
  const { workspaceId, userId } = await createTestWorkspace(prisma);
  const definition = graph(
    [
      { id: 'start', type: 'input' },
      { id: 'long', type: 'delay', config: { seconds: LONG_SECONDS } },
      { id: 'end', type: 'output' },
    ],
    ['start>long', 'long>end'],
    { memoryMb: 256 },
  );
  const { id: workflowId } = await createWorkflow(prisma, { workspaceId, userId, name: 'Long', definition });
  const { id } = await startExecution(
    { prisma, queue },
    { workspaceId, workflowId, source: 'draft', input: null, trigger: 'manual', userId },
  );
  const read = () => prisma.execution.findUniqueOrThrow({ where: { id } });
  await expect.poll(async () => (await read()).status, { timeout: 60_000 }).toBe('running');

  // An executor's id tells its process; the one that has the long execution goes first.
  const holder = Number((await read()).executorId?.split('~')[2]);
  const inOrder = stage
    .executors()
    .toSorted((a, b) => Number(b.process.pid === holder) - Number(a.process.pid === holder));
  for (const executor of inOrder) {
    expect(await executor.process.stop()).toBe(0);
    await stage.replace(executor);
    expect(await wholeAgain(stage)).toBeUndefined();
  }
  await load.stop();
  expect(await drained(stage)).toEqual([]);

  const long = await read();
  expect(long.status).toBe('completed');
  // The executor that had it first stopped before its end.
  expect(long.attempts).toBeGreaterThan(1);
  load.started.set('long', { kind: 'steps', executionId: id });
  const { faults, figures } = await judge(prisma, { started: load.started, calls: stage.model.calls });
  // Its result is its input, and not that of the others.
  expect(faults.filter((fault) => !fault.includes(id))).toEqual([]);
  expect(figures.completed).toBe(load.started.size);
  // A deploy is nobody's fault: nothing counts towards the losses, or the attempts of a step.
  const touched = await prisma.execution.findMany({ where: { losses: { gt: 0 } }, select: { id: true } });
  expect(touched).toEqual([]);
  const retried = await prisma.executionStep.findMany({ where: { attempts: { gt: 1 } }, select: { nodeId: true } });
  expect(retried).toEqual([]);
});
