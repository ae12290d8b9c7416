import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readDemo } from './demo.ts';

const START_TIMEOUT_MS = 420_000;
const ROOT = path.join(import.meta.dirname, '../../..');

/**
 * Starts the product as a newcomer does (`npm start` without npm), on a fresh data folder, and stops it when all tests
 * ran. An address in `AGENTWEAVER_E2E_DATA` (a data folder of a running copy) is used instead, for work on the tests.
 */
export default async function startProduct(): Promise<() => Promise<void>> {
  if (process.env.AGENTWEAVER_E2E_DATA) return async () => undefined;
  const dataDir = await mkdtemp(path.join(tmpdir(), 'agentweaver-e2e-'));
  const port = await freePort();
  const child = spawn(process.execPath, [path.join(ROOT, 'scripts/start/main.ts')], {
    cwd: ROOT,
    env: {
      ...process.env,
      AGENTWEAVER_DATA: dataDir,
      PORT: String(port),
      // Its own database and queue, whatever the integration tests used.
      DATABASE_URL: '',
      REDIS_URL: '',
      NEXTAUTH_URL: '',
      EXECUTOR_PORT: '',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)));
  const stop = async () => {
    child.kill('SIGTERM');
    const code = await ended;
    await rm(dataDir, { recursive: true, force: true });
    if (code !== 0) throw new Error(`The product did not stop cleanly (exit code ${code}).`);
  };
  let output = '';
  const take = (chunk: Buffer) => {
    output += chunk;
    process.stdout.write(chunk);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);

  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!output.includes('AgentWeaver is running')) {
    const code = await Promise.race([ended, new Promise<undefined>((resolve) => setTimeout(resolve, 250))]);
    if (code !== undefined) throw new Error(`The product did not start (exit code ${code}).`);
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`The product was not up after ${START_TIMEOUT_MS / 1000} s.`);
    }
  }
  // The test processes inherit it.
  process.env.AGENTWEAVER_E2E_DATA = dataDir;
  await readDemo();
  return stop;
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
