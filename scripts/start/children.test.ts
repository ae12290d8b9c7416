import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inRoot } from '../lib/paths.ts';
import { startChild, waitUntilReady } from './children.ts';
import { mustBeFree } from './ports.ts';

describe('a child process', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'agentweaver-child-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  const start = async (source: string) => {
    const file = path.join(dir, 'child.mjs');
    await writeFile(file, source);
    return startChild({ name: 'web', entry: path.relative(inRoot(), file), env: {}, logDir: dir });
  };

  it('that ends by itself is told with its code and the end of its log', async () => {
    const child = await start(`console.log('before'); console.error('the reason'); process.exit(7);`);
    const text = await child.crashed;
    expect(text).toMatch(/web stopped by itself \(exit code 7\)/);
    expect(text).toMatch(/before\nthe reason$/);
  });

  it('is told of a crash while it is waited for', async () => {
    const child = await start(`throw new Error('no database')`);
    await expect(waitUntilReady(child, 'http://127.0.0.1:9/', 20_000)).rejects.toThrow(/no database/);
  });

  it('ends on request without being called a crash', async () => {
    const child = await start(
      `process.on('SIGTERM', () => { console.log('bye'); process.exit(0); }); setInterval(() => {}, 1e6); console.log('up');`,
    );
    await expect.poll(() => readFile(child.logFile, 'utf8')).toContain('up');
    await child.stop();
    expect(await readFile(child.logFile, 'utf8')).toContain('bye');
    expect(await Promise.race([child.crashed, Promise.resolve('not a crash')])).toBe('not a crash');
  });

  it('that does not listen is ended at once when there is no patience left', async () => {
    const child = await start(
      `process.on('SIGTERM', () => console.log('no')); setInterval(() => {}, 1e6); console.log('up');`,
    );
    await expect.poll(() => readFile(child.logFile, 'utf8')).toContain('up');
    await child.stop({ now: true });
  });
});

it('a taken port is named with what to do', async () => {
  const server = createServer().listen(0);
  const address = server.address();
  const port = address && typeof address === 'object' ? address.port : 0;
  try {
    await expect(mustBeFree('PORT', port)).rejects.toThrow(
      new RegExp(`Port ${port} .*another program[\\s\\S]*PORT=${port + 100}`),
    );
  } finally {
    server.close();
  }
});
