import { mkdir, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { inRoot } from './paths.ts';
import { withSharedLock } from './shared-lock.ts';

/** Above the largest number that Linux gives a process. */
const NO_PROCESS = 2 ** 22 + 1;

describe('withSharedLock', () => {
  const name = `test-${process.pid}`;

  it('lets one in at a time, and tells the other whom it waits for', async () => {
    const order: string[] = [];
    const waitedFor: number[] = [];
    const enter = (who: string) =>
      withSharedLock(
        name,
        async () => {
          order.push(`${who} in`);
          await sleep(50);
          order.push(`${who} out`);
        },
        (pid) => waitedFor.push(pid),
      );
    await Promise.all([enter('a'), enter('b')]);
    expect(order.map((entry) => entry.slice(2))).toEqual(['in', 'out', 'in', 'out']);
    expect(waitedFor).toEqual([process.pid]);
  });

  it('takes over the lock of a process that is gone, and lets go after an error', async () => {
    await mkdir(inRoot('node_modules/.cache/agentweaver'), { recursive: true });
    await writeFile(inRoot('node_modules/.cache/agentweaver', `${name}.lock`), String(NO_PROCESS));
    const fail = withSharedLock(
      name,
      () => Promise.reject(new Error('the build broke')),
      () => undefined,
    );
    await expect(fail).rejects.toThrow('the build broke');
    expect(
      await withSharedLock(
        name,
        async () => 'in',
        () => undefined,
      ),
    ).toBe('in');
  });
});
