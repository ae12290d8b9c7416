import { setTimeout as sleep } from 'node:timers/promises';
import { TUNABLES } from '@agentweaver/db/tunables';
import { descendantsOf, signal } from '../outages/processes.ts';
import type { ChaosExecutor, ChaosStage } from './chaos-stage.ts';
import type { Random } from './random.ts';

/** Breaks something and sees to it that it is there again; tells what it did. */
export type Fault = {
  /** How often it comes, compared with the others. */
  weight: number;
  /** `patient`: there is time for what takes half a minute. */
  cause: (stage: ChaosStage, random: Random, patient: boolean) => Promise<string>;
};

/** How long a server stays away, in ms. */
const AWAY: [number, number] = [0, 3_000];
/** How long something stands still, in ms. */
const FROZEN: [number, number] = [500, 5_000];

const anyExecutor = (stage: ChaosStage, random: Random): ChaosExecutor => {
  const [first, ...others] = stage.executors();
  if (!first) throw new Error('There is no executor.');
  return random.pick([first, ...others]);
};

const killExecutor: Fault = {
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
  weight: 2,
  cause: async ({ postgres }) => `${await postgres.terminateConnections()} connections to PostgreSQL cut`,
};

const killPostgres: Fault = {
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
  weight: 2,
  cause: async ({ engine }, random) => {
    const [awayMs, crash] = [random.between(...AWAY), random.chance(0.5)];
    await (crash ? engine?.kill() : engine?.stop());
    await sleep(awayMs);
    await engine?.restart();
    return `Docker engine ${crash ? 'killed' : 'stopped'} for ${seconds(awayMs)}`;
  },
};

/** A server keeps its connections and answers nothing. */
const freezeServer = (of: (stage: ChaosStage) => { freeze: () => void; thaw: () => void }, name: string): Fault => ({
  weight: 1,
  cause: async (stage, random) => {
    const frozenMs = random.between(...FROZEN);
    const server = of(stage);
    server.freeze();
    await sleep(frozenMs);
    server.thaw();
    return `${name} frozen for ${seconds(frozenMs)}`;
  },
});

/** Frozen for long it loses its claims, and must notice when it wakes up beside the new owners. */
const freezeExecutor: Fault = {
  weight: 2,
  cause: async (stage, random, patient) => {
    const executor = anyExecutor(stage, random);
    const frozenMs =
      patient && random.chance(0.4) ? TUNABLES.staleAfterMs + random.between(2_000, 8_000) : random.between(...FROZEN);
    executor.process.signal('SIGSTOP');
    await sleep(frozenMs);
    executor.process.signal('SIGCONT');
    return `${executor.name} (${executor.sandbox}) frozen for ${seconds(frozenMs)}`;
  },
};

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** Those that this machine can cause. */
const faultsOf = ({ redis, engine, postgres }: ChaosStage): readonly Fault[] => [
  killExecutor,
  killSandbox,
  cutConnections,
  killPostgres,
  replaceExecutor,
  freezeExecutor,
  freezeServer(() => postgres, 'PostgreSQL'),
  ...(redis ? [killRedis, freezeServer(() => redis, 'Redis')] : []),
  ...(engine ? [restartEngine, freezeServer(() => engine, 'Docker engine')] : []),
];

/** What comes round by round: each fault once, in any order, and from then on by weight. */
export const createFaultPlan = (stage: ChaosStage, random: Random): (() => { fault: Fault; patient: boolean }) => {
  const faults = faultsOf(stage);
  const total = faults.reduce((sum, { weight }) => sum + weight, 0);
  const first = [...faults];
  return () => {
    const [once] = first.splice(Math.floor(random.between(0, first.length)), 1);
    if (once) return { fault: once, patient: false };
    let left = random.between(0, total);
    const fault = faults.find(({ weight }) => {
      left -= weight;
      return left < 0;
    });
    return { fault: fault ?? killExecutor, patient: true };
  };
};
