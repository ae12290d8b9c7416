import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { buildRuntime } from '../../../apps/executor/scripts/build-runtime.ts';
import { freePort } from './free-port.ts';

const MAIN = fileURLToPath(new URL('../../../apps/executor/src/main.ts', import.meta.url));
const READY_MS = 60_000;

export type ExecutorOptions = {
  databaseUrl: string;
  masterKey?: string;
  sandbox?: 'auto' | 'docker' | 'process' | 'kubernetes';
  env?: Record<string, string>;
  /** As on a machine of this name, of which others cannot see the processes; needs the rights of root. */
  hostname?: string;
  /** Does not wait until it is ready: for what it does while something is missing. */
  unready?: boolean;
};

export type ReadyAnswer = {
  status: string;
  missing: string[];
  sandbox: { kind: string; description: string } | null;
  models: { id: string; name: string; source: string }[];
};

export type TestExecutor = {
  url: string;
  pid: number;
  ready: () => Promise<ReadyAnswer>;
  metrics: () => Promise<string>;
  /** Everything it wrote so far. */
  output: () => string;
  /** As a crash would: no time to say goodbye. */
  killHard: () => Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  stop: () => Promise<number | null>;
  signal: (name: NodeJS.Signals) => void;
};

export const createMasterKey = (): string => randomBytes(32).toString('base64');

/** A real executor in a process of its own, ready to take work. */
export const startExecutor = async ({
  databaseUrl,
  masterKey = createMasterKey(),
  sandbox = 'process',
  env = {},
  hostname,
  unready = false,
}: ExecutorOptions): Promise<TestExecutor> => {
  await buildRuntime();
  const port = await freePort();
  // Each step replaces its process by the next one, so that the child is the executor.
  const [command = '', ...args] = [
    ...(hostname ? ['unshare', '--uts', 'sh', '-c', 'hostname "$0" && exec "$@"', hostname] : []),
    ...[process.execPath, MAIN],
  ];
  const child = spawn(command, args, {
    env: {
      NODE_ENV: 'production',
      PATH: process.env.PATH,
      ...(process.env.DOCKER_HOST ? { DOCKER_HOST: process.env.DOCKER_HOST } : {}),
      DATABASE_URL: databaseUrl,
      AGENTWEAVER_MASTER_KEY: masterKey,
      EXECUTOR_PORT: String(port),
      SANDBOX: sandbox,
      LOG_LEVEL: 'info',
      // Whatever model server this machine has must not answer the tests.
      LOCAL_MODEL_URL: 'http://127.0.0.1:9/v1',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const url = `http://127.0.0.1:${port}`;
  if (!unready) await waitUntilReady(child, url, () => output);
  return {
    url,
    pid: child.pid ?? 0,
    output: () => output,
    ready: async () => (await (await fetch(`${url}/ready`)).json()) as ReadyAnswer,
    metrics: async () => (await fetch(`${url}/metrics`)).text(),
    killHard: () => end(child, 'SIGKILL').then(() => undefined),
    stop: () => end(child, 'SIGTERM'),
    signal: (name) => void child.kill(name),
  };
};

const end = async (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> => {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
};

const waitUntilReady = async (child: ChildProcess, url: string, output: () => string): Promise<void> => {
  const deadline = Date.now() + READY_MS;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`The executor ended with ${child.exitCode}:\n${output()}`);
    const isReady = await fetch(`${url}/ready`).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
    await sleep(50);
  }
  child.kill('SIGKILL');
  throw new Error(`The executor was not ready within ${READY_MS} ms:\n${output()}`);
};
