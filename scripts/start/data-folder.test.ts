import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { claimDataFolder } from './data-folder.ts';
import { readOrMakeSecrets } from './secrets.ts';

describe('the data folder', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(path.join(tmpdir(), 'agentweaver-data-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('is refused while another process runs on it, with its address and what to do', async () => {
    const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
    try {
      await writeFile(path.join(dir, 'running.json'), JSON.stringify({ pid: other.pid, url: 'http://localhost:3999' }));
      await expect(claimDataFolder(dir, 'http://localhost:3000')).rejects.toThrow(
        /already runs .*http:\/\/localhost:3999[\s\S]*AGENTWEAVER_DATA=/,
      );
    } finally {
      other.kill();
    }
  });

  it('is taken over from a process that is gone, or from a note that was cut off', async () => {
    const file = path.join(dir, 'running.json');
    for (const left of [JSON.stringify({ pid: 2 ** 22 + 1, url: 'http://localhost:3000' }), '{"pid":']) {
      await writeFile(file, left);
      const folder = await claimDataFolder(dir, 'http://localhost:3100');
      expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ pid: process.pid, url: 'http://localhost:3100' });
      await folder.release();
      await expect(stat(file)).rejects.toThrow('ENOENT');
    }
  });

  it('is taken over when the number in an old note has gone to a process that knows nothing of it', async () => {
    const file = path.join(dir, 'running.json');
    await writeFile(file, JSON.stringify({ pid: process.ppid, url: 'http://localhost:3000' }));
    const longAgo = new Date(Date.now() - 3_600_000);
    await utimes(file, longAgo, longAgo);
    const folder = await claimDataFolder(dir, 'http://localhost:3100');
    expect(JSON.parse(await readFile(file, 'utf8')).pid).toBe(process.pid);
    await folder.release();
  });

  it('keeps the secrets it made, for its owner alone', async () => {
    const made = await readOrMakeSecrets(dir);
    expect(Buffer.from(made.masterKey, 'base64')).toHaveLength(32);
    expect(made.nextAuthSecret.length).toBeGreaterThanOrEqual(32);
    expect((await stat(path.join(dir, 'secrets.json'))).mode & 0o777).toBe(0o600);
    expect(await readOrMakeSecrets(dir)).toEqual(made);
  });

  it('never replaces secrets that it cannot read', async () => {
    await writeFile(path.join(dir, 'secrets.json'), '{"masterKey": 1}');
    await expect(readOrMakeSecrets(dir)).rejects.toThrow(/damaged/);
    expect(await readFile(path.join(dir, 'secrets.json'), 'utf8')).toBe('{"masterKey": 1}');
  });
});
