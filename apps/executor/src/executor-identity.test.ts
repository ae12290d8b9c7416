import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { createExecutorIdentity } from './executor-identity.ts';

test('an executor is not dead to itself, and two of one process differ', () => {
  const identity = createExecutorIdentity();
  expect(identity.isKnownDead(identity.id)).toBe(false);
  expect(createExecutorIdentity().id).not.toBe(identity.id);
  expect(createExecutorIdentity().isKnownDead(identity.id)).toBe(false);
});

test('a process that has ended is known dead; a running one, and one elsewhere, are not', async () => {
  const identity = createExecutorIdentity();
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  const [host, namespace] = identity.id.split('~');
  const idOf = (start: string) => `${host}~${namespace}~${child.pid}~${start}~ffffffff`;
  if (process.platform === 'linux') expect(identity.isKnownDead(idOf('1'))).toBe(true);

  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
  expect(identity.isKnownDead(idOf('1'))).toBe(true);
  expect(identity.isKnownDead(`elsewhere~${namespace}~${child.pid}~1~ffffffff`)).toBe(false);
  expect(identity.isKnownDead('something else')).toBe(false);
});
