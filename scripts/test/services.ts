import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { runCommand } from '../lib/run-command.ts';

export type Service = { name: 'Redis' | 'Docker' | 'MariaDB'; answers: boolean; hint: string };

const DEFAULT_REDIS = 'redis://127.0.0.1:6379';

/** The services whose tests run only where they answer. */
export const findServices = async (): Promise<Service[]> => {
  const redisUrl = process.env.REDIS_URL || DEFAULT_REDIS;
  const [redis, docker] = await Promise.all([redisAnswers(redisUrl), dockerAnswers()]);
  return [
    { name: 'Redis', answers: redis, hint: `no Redis answers at ${new URL(redisUrl).host}` },
    { name: 'Docker', answers: docker, hint: 'no Docker engine answers' },
    { name: 'MariaDB', answers: hasMariadb(), hint: 'no mariadbd is installed' },
  ];
};

/** Its tests start one of their own. Debian keeps servers out of the path of ordinary users. */
const hasMariadb = (): boolean =>
  [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin'].some((folder) =>
    existsSync(path.join(folder, 'mariadbd')),
  );

const redisAnswers = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(address);
    const socket = connect({ host: hostname, port: Number(port || 6379), timeout: 2_000 });
    const end = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });

const dockerAnswers = async (): Promise<boolean> => {
  const { code } = await runCommand('docker', ['version', '--format', '{{.Server.Version}}']).catch(() => ({
    code: 1,
  }));
  return code === 0;
};
