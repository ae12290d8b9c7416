import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../free-port.ts';
import { hasProgram } from './programs.ts';

/** A Redis server of one test, to be killed, frozen and emptied. */
export type OwnRedis = {
  url: string;
  /** At once, as a crash would. What it has acknowledged is on the disk. */
  kill: () => Promise<void>;
  /** Starts it again; `empty`: without anything it held. */
  restart: (options?: { empty?: boolean }) => Promise<void>;
  /** It keeps its connections and answers nothing. */
  freeze: () => void;
  thaw: () => void;
  close: () => Promise<void>;
};

export const canRunRedis = hasProgram('redis-server');

export const startOwnRedis = async (): Promise<OwnRedis> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'agentweaver-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess;

  const start = async (): Promise<void> => {
    const settings = ['--port', String(port), '--dir', folder, '--appendonly', 'yes', '--appendfsync', 'always'];
    child = spawn('redis-server', [...settings, '--save', '', '--bind', '127.0.0.1'], { stdio: 'ignore' });
    await untilItAnswers(url);
  };
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  };

  await start();
  return {
    url,
    kill,
    restart: async ({ empty = false } = {}) => {
      await kill();
      if (empty) await rm(path.join(folder, 'appendonlydir'), { recursive: true, force: true });
      await start();
    },
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    close: async () => {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const untilItAnswers = async (url: string): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    redis.on('error', () => undefined);
    try {
      await redis.connect();
      await redis.ping();
      return;
    } catch (error) {
      if (attempt === 200) throw error;
      await sleep(25);
    } finally {
      redis.disconnect();
    }
  }
};
