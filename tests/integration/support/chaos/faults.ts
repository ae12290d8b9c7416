import { setTimeout as sleep } from 'node:timers/promises';
import { descendantsOf, signal } from '../outages/processes.ts';
import type { ChaosExecutor, ChaosStage } from './chaos-stage.ts';
import type { Random } from './random.ts';

/** Breaks something and sees to it that it is there again; tells what it did. */
export type Fault = { name: string; weight: number; cause: (stage: ChaosStage, random: Random) => Promise<string> };

/** How long a server stays away, in ms. */
const AWAY: [number, number] = [0, 3_000];

const anyExecutor = (stage: ChaosStage, random: Random): ChaosExecutor => {
  const [first, ...others] = stage.executors();
  if (!first) throw new Error('There is no executor.');
  return random.pick([first, ...others]);
};

const killExecutor: Fault = {
  name: 'executor killed',
  weight: 3,
  cause: async (stage, random) => {
    const executor = anyExecutor(stage, random);
    stage.noteSandboxesOf(executor);
    await executor.process.killHard();
    await stage.replace(executor);
    return `${executor.name} (${executor.sandbox}) killed`;
  },
};

const replaceExecutor: Fault = {
  name: 'executor replaced',
  weight: 1,
  cause: async (stage, random) => {
    const executor = anyExecutor(stage, random);
    stage.noteSandboxesOf(executor);
    const code = await executor.process.stop();
    if (code !== 0) throw new Error(`${executor.name} ended with ${code} after SIGTERM.`);
    await stage.replace(executor);
    return `${executor.name} (${executor.sandbox}) replaced`;
  },
};

const killSandbox: Fault = {
  name: 'sandbox killed',
  weight: 3,
  cause: async (stage, random) => {
    const executor = anyExecutor(stage, random);
    const { engine } = stage;
    if (executor.sandbox === 'docker' && engine) {
      const [first, ...others] = await engine.docker.listContainers();
      if (!first) return 'no container to kill';
      const { Id } = random.pick([first, ...others]);
      // It may be gone by now.
      await engine.docker
        .getContainer(Id)
        .kill()
        .catch(() => undefined);
      return `container ${Id.slice(0, 8)} killed`;
    }
    const [pid, ...others] = descendantsOf(executor.process.pid);
    if (pid === undefined) return 'no sandbox to kill';
    const chosen = random.pick([pid, ...others]);
    signal(chosen, 'SIGKILL');
    return `sandbox process ${chosen} of ${executor.name} killed`;
  },
};

const killRedis: Fault = {
  name: 'Redis killed',
  weight: 2,
  cause: async ({ redis }, random) => {
    const [awayMs, empty] = [random.between(...AWAY), random.chance(0.5)];
    await redis?.kill();
    await sleep(awayMs);
    await redis?.restart({ empty });
    return `Redis killed for ${seconds(awayMs)}${empty ? ', back empty' : ''}`;
  },
};

const cutConnections: Fault = {
  name: 'connections cut',
  weight: 2,
  cause: async ({ postgres }) => `${await postgres.terminateConnections()} connections to PostgreSQL cut`,
};

const killPostgres: Fault = {
  name: 'PostgreSQL killed',
  weight: 2,
  cause: async ({ postgres }, random) => {
    const awayMs = random.between(...AWAY);
    await postgres.kill();
    await sleep(awayMs);
    await postgres.restart();
    return `PostgreSQL killed for ${seconds(awayMs)}`;
  },
};

const restartEngine: Fault = {
  name: 'Docker engine restarted',
  weight: 2,
  cause: async ({ engine }, random) => {
    const [awayMs, crash] = [random.between(...AWAY), random.chance(0.5)];
    await (crash ? engine?.kill() : engine?.stop());
    await sleep(awayMs);
    await engine?.restart();
    return `Docker engine ${crash ? 'killed' : 'stopped'} for ${seconds(awayMs)}`;
  },
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Those that this machine can cause. */
export const faultsOf = ({ redis, engine }: ChaosStage): readonly [Fault, ...Fault[]] => [
  killExecutor,
  killSandbox,
  cutConnections,
  killPostgres,
  replaceExecutor,
  ...(redis ? [killRedis] : []),
  ...(engine ? [restartEngine] : []),
];

/** By weight; every fault once, in any order, before the first one comes again would be no chance. */
export const pickFault = (faults: readonly [Fault, ...Fault[]], random: Random): Fault => {
  let left = random.between(
    0,
    faults.reduce((sum, { weight }) => sum + weight, 0),
  );
  for (const fault of faults) {
    left -= fault.weight;
    if (left < 0) return fault;
  }
  return faults[0];
};
