import { setTimeout as sleep } from 'node:timers/promises';
import { startChaosLoad } from './chaos-load.ts';
import { type ChaosStage, openChaosStage } from './chaos-stage.ts';
import { createFaultPlan } from './faults.ts';
import { createRandom } from './random.ts';
import { judge, type Verdict } from './verdict.ts';

export type ChaosOptions = {
  rounds: number;
  seed: number;
  /** Executions that have to end after a fault before the next one. */
  progress?: number;
  /** No round begins after it is aborted; what was started still comes to its end. */
  signal?: AbortSignal;
  /** One line per round. */
  onRound?: (line: string) => void;
};

export type ChaosReport = Verdict & { rounds: number; logs: string };

/** Something breaks at any moment in so long. In ms. */
const MOMENT: [number, number] = [0, 1_500];
/** Everything is there again, and executions end, within this after a fault. */
const WHOLE_AGAIN_MS = 120_000;
/** What is under way when no more is started ends within this. */
const DRAIN_MS = 120_000;
/** Strays of a killed executor are looked for every half minute. */
const STRAYS_MS = 75_000;
const LOOK_MS = 100;

/**
 * Breaks one thing after another under executions that flow, and looks at the end whether anything was lost, done or paid
 * twice, or left behind. The seed decides what breaks and when; the clock does the rest.
 */
export const runChaos = async (options: ChaosOptions): Promise<ChaosReport> => {
  const { rounds, seed, progress = 3, signal, onRound = () => undefined } = options;
  const random = createRandom(seed);
  const stage = await openChaosStage({ executors: 2, concurrency: 3 });
  let abandon = (): void => undefined;
  try {
    const load = await startChaosLoad(stage, random);
    ({ abandon } = load);
    const next = createFaultPlan(stage, random);
    let done = 0;
    const broken: string[] = [];
    for (let round = 1; round <= rounds && broken.length === 0 && !signal?.aborted; round += 1) {
      await sleep(random.between(...MOMENT));
      const before = performance.now();
      const { fault, patient } = next();
      const what = await fault.cause(stage, random, patient);
      const problem = await wholeAgain(stage, progress);
      if (problem !== undefined) broken.push(`After round ${round} (${what}): ${problem}`);
      done = round;
      const took = ((performance.now() - before) / 1_000).toFixed(1);
      onRound(
        `${String(round).padStart(4)}/${rounds}  ${what.padEnd(52)} ${took.padStart(5)} s  ${await countsOf(stage)}`,
      );
    }
    await load.stop();
    const stuck = await drained(stage);
    const strays = [...(await strayContainers(stage)), ...(await stopAll(stage))];
    const verdict = await judge(stage.prisma, { started: load.started, calls: stage.model.calls });
    return {
      faults: [...broken, ...stuck, ...strays, ...verdict.faults],
      figures: verdict.figures,
      rounds: done,
      logs: stage.logs(),
    };
  } finally {
    abandon();
    await stage.close();
  }
};

const until = async (holds: () => Promise<boolean>, timeoutMs: number): Promise<boolean> => {
  for (const deadline = performance.now() + timeoutMs; performance.now() < deadline; await sleep(LOOK_MS)) {
    if (await holds().catch(() => false)) return true;
  }
  return false;
};

const completed = ({ prisma }: ChaosStage): Promise<number> =>
  prisma.execution.count({ where: { status: 'completed' } });

/** Resolves with what is still missing when it takes too long. */
export const wholeAgain = async (stage: ChaosStage, progress = 1): Promise<string | undefined> => {
  let missing = '';
  const ready = await until(async () => {
    const answers = await Promise.all(stage.executors().map(({ process }) => process.ready()));
    missing = answers.flatMap((answer) => answer.missing).join(' ');
    return missing === '';
  }, WHOLE_AGAIN_MS);
  if (!ready) return `not ready again: ${missing || 'an executor does not answer'}`;
  let before: number | undefined;
  const flows = await until(async () => {
    before ??= await completed(stage);
    return (await completed(stage)) >= before + progress;
  }, WHOLE_AGAIN_MS);
  return flows ? undefined : 'no execution ends any more.';
};

const countsOf = async ({ prisma }: ChaosStage): Promise<string> => {
  const groups = await prisma.execution.groupBy({ by: ['status'], _count: true }).catch(() => []);
  return groups.map(({ status, _count }) => `${_count} ${status}`).join(', ');
};

export const drained = async (stage: ChaosStage): Promise<string[]> => {
  const underWay = () => stage.prisma.execution.count({ where: { completedAt: null } });
  if (await until(async () => (await underWay()) === 0, DRAIN_MS)) return [];
  return [`${await underWay()} executions have not ended ${DRAIN_MS / 1_000} s after the last start.`];
};

const EXECUTOR_LABEL = 'agentweaver.executor';

/** Containers of executors that are gone are removed by the others. */
const strayContainers = async ({ engine, prisma }: ChaosStage): Promise<string[]> => {
  if (!engine) return [];
  const strays = async () => {
    const alive = (await prisma.executor.findMany({ select: { id: true } })).map(({ id }) => id);
    const containers = await engine.docker.listContainers({ all: true });
    return containers.filter(({ Labels }) => !alive.includes(Labels[EXECUTOR_LABEL] ?? ''));
  };
  if (await until(async () => (await strays()).length === 0, STRAYS_MS)) return [];
  return (await strays()).map(({ Id, Status }) => `The container ${Id.slice(0, 12)} (${Status}) is a stray.`);
};

/** Executors that stop leave nothing. */
const stopAll = async (stage: ChaosStage): Promise<string[]> => {
  for (const executor of stage.executors()) stage.noteSandboxesOf(executor);
  const codes = await Promise.all(stage.executors().map(({ process }) => process.stop()));
  const containers = (await stage.engine?.docker.listContainers({ all: true })) ?? [];
  await until(async () => stage.strayProcesses().length === 0, 5_000);
  return [
    ...codes.flatMap((code) => (code === 0 ? [] : [`An executor ended with ${code}.`])),
    ...containers.map(({ Id, Status }) => `The container ${Id.slice(0, 12)} (${Status}) was left by a stop.`),
    ...stage.strayProcesses().map(({ pid }) => `The process ${pid} of a sandbox was left.`),
  ];
};
