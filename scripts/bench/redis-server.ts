import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../tests/integration/support/free-port.ts';
import { portAnswers } from '../../tests/integration/support/port-answers.ts';

export type RedisServer = { url: string; pid: number | undefined; stop: () => Promise<void> };

/** Whether one can be started here. */
export const hasRedis = async (): Promise<boolean> => {
  const child = spawn('redis-server', ['--version'], { stdio: 'ignore' });
  return Promise.race([once(child, 'error').then(() => false), once(child, 'exit').then(([code]) => code === 0)]);
};

/** One of its own that keeps nothing. */
export const startRedis = async (): Promise<RedisServer> => {
  const port = await freePort();
  const child = spawn('redis-server', ['--port', `${port}`, '--save', '', '--bind', '127.0.0.1'], { stdio: 'ignore' });
  while (!(await portAnswers('127.0.0.1', port))) {
    if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}.`);
    await sleep(20);
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
};
