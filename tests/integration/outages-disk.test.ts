import { execFile } from 'node:child_process';
import { chmod, mkdtemp, open, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { closing, expectAllCompleted, missing, setUpOutage, statusesOf } from './support/outages/outage-setup.ts';

const run = promisify(execFile);
const DISK_MIB = 400;

/** Mounting needs the rights of root. */
const canMount = process.platform === 'linux' && process.getuid?.() === 0;

const openSmallDisk = async (): Promise<string> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'agentweaver-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m,mode=755`, 'tmpfs', folder]);
  // Open to the server's user.
  await chmod(folder, 0o755);
  return closing(folder, async () => {
    await run('umount', ['-l', folder]);
    await rm(folder, { recursive: true, force: true });
  });
};

/** Leaves so many MiB free, by a file that is then to be removed; others may write meanwhile. */
const fill = async (folder: string, leaveMib: number): Promise<string> => {
  const ballast = path.join(folder, 'ballast');
  const file = await open(ballast, 'w');
  try {
    for (;;) {
      const { bavail, bsize } = await statfs(folder);
      const more = Math.min(bavail * bsize - leaveMib * 1024 * 1024, 8 * 1024 * 1024);
      if (more <= 0) return ballast;
      await file.write(Buffer.alloc(more)).catch(() => undefined);
    }
  } finally {
    await file.close();
  }
};

describe.skipIf(!canMount)('a disk that is full', { timeout: 240_000 }, () => {
  test('lets executions wait until there is room', async () => {
    const disk = await openSmallDisk();
    const { prisma, executor, ids, start } = await setUpOutage({
      dataDir: path.join(disk, 'postgres'),
      env: { AGENTWEAVER_DATA: disk },
    });
    const ballast = await fill(disk, 30);
    await expect.poll(() => missing(executor), { timeout: 20_000 }).toMatch(/^503 .*The disk is full: .* MiB left/);
    await expect.poll(executor.output, { timeout: 20_000 }).toContain('no execution is claimed until this has changed');
    await expect.poll(() => prisma.execution.count({ where: { status: 'running' } }), { timeout: 60_000 }).toBe(0);

    await start();
    const waiting = ids.slice(-6);
    // Long enough for a claim, were they taken.
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(await statusesOf(prisma, waiting)).toEqual(waiting.map(() => 'queued'));

    await rm(ballast);
    await expectAllCompleted(prisma, ids);
    await expect.poll(() => missing(executor), { timeout: 20_000 }).toMatch(/^200/);
  });

  test('to the last byte, under the database as well', async () => {
    const disk = await openSmallDisk();
    const { postgres, prisma, executor, ids, start } = await setUpOutage({
      dataDir: path.join(disk, 'postgres'),
      env: { AGENTWEAVER_DATA: disk },
    });
    const ballast = await fill(disk, 0);
    await expect.poll(() => missing(executor), { timeout: 20_000 }).toMatch(/^503 .*The disk is full/);
    // The database may refuse this; whoever asked is told so.
    await start().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    const failed = await prisma.execution.count({ where: { status: 'failed' } }).catch(() => 0);
    expect(failed).toBe(0);

    await rm(ballast);
    // Its service manager starts a server again that has given up.
    await prisma.$queryRaw`SELECT 1`.catch(() => postgres.restart());
    await expectAllCompleted(prisma, ids);
    await expect.poll(() => missing(executor), { timeout: 30_000 }).toMatch(/^200/);
  });
});
