import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openControlGroups } from './process-cgroup.ts';

// A folder stands in for the kernel's: what is told here is which files are written, and what is in them. That the
// kernel heeds them the integration test of the process sandbox shows.
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'agentweaver-groups-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const mount = (type: string, at: string, options: string, root = '/') =>
  `30 24 0:26 ${root} ${path.join(folder, at)} rw,nosuid - ${type} ${type} rw,${options}`;
const read = (file: string) => readFile(file, 'utf8');

const version1 = async () => {
  for (const controller of ['memory', 'pids', 'cpu'])
    await mkdir(path.join(folder, controller, 'own'), { recursive: true });
  return openControlGroups({
    mountInfo: [
      mount('cgroup', 'memory', 'memory'),
      mount('cgroup', 'pids', 'pids'),
      mount('cgroup', 'cpu', 'cpu,cpuacct'),
    ].join('\n'),
    ownGroups: '4:memory:/own\n8:pids:/own\n2:cpu,cpuacct:/own\n',
  });
};

test('version 1 makes a group per controller below the executor’s own', async () => {
  const groups = await version1();
  const group = await groups.create({ memoryMb: 100 });
  const [memory = '', pids = ''] = group.joinFiles.map((file) => path.dirname(file));
  expect(path.dirname(memory)).toBe(path.join(folder, 'memory/own'));
  expect(await read(path.join(memory, 'memory.limit_in_bytes'))).toBe(String(100 * 1024 * 1024));
  expect(await read(path.join(pids, 'pids.max'))).toBe('128');
  await group.limitProcessor();
  const cpu = path.dirname(group.joinFiles[2] ?? '');
  expect([await read(path.join(cpu, 'cpu.cfs_period_us')), await read(path.join(cpu, 'cpu.cfs_quota_us'))]).toEqual([
    '100000',
    '50000',
  ]);
});

test('it tells a stop for want of memory from any other', async () => {
  const group = await (await version1()).create({ memoryMb: 100 });
  const control = path.join(path.dirname(group.joinFiles[0] ?? ''), 'memory.oom_control');
  expect(await group.ranOutOfMemory()).toBe(false);
  await writeFile(control, 'oom_kill_disable 0\nunder_oom 0\noom_kill 0\n');
  expect(await group.ranOutOfMemory()).toBe(false);
  await writeFile(control, 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n');
  expect(await group.ranOutOfMemory()).toBe(true);
});

test('version 2 makes one group that hands its controllers on, and one below it per sandbox', async () => {
  await mkdir(path.join(folder, 'service'), { recursive: true });
  const groups = await openControlGroups({ mountInfo: mount('cgroup2', '', ''), ownGroups: '0::/service\n' });
  expect(groups.version).toBe(2);
  const [top = ''] = await readdir(path.join(folder, 'service'));
  expect(await read(path.join(folder, 'service', top, 'cgroup.subtree_control'))).toBe('+memory +pids +cpu');
  const group = await groups.create({ memoryMb: 64 });
  const inner = path.dirname(group.joinFiles[0] ?? '');
  expect(path.dirname(inner)).toBe(path.join(folder, 'service', top));
  expect(await read(path.join(inner, 'memory.max'))).toBe(String(64 * 1024 * 1024));
  expect(await read(path.join(inner, 'memory.swap.max'))).toBe('0');
  await group.limitProcessor();
  expect(await read(path.join(inner, 'cpu.max'))).toBe('50000 100000');
  await writeFile(path.join(inner, 'memory.events'), 'low 0\noom 1\noom_kill 2\n');
  expect(await group.ranOutOfMemory()).toBe(true);
});

test('inside a container paths count from where its mount begins', async () => {
  await mkdir(path.join(folder, 'inner'), { recursive: true });
  const groups = await openControlGroups({
    mountInfo: mount('cgroup2', '', '', '/docker/1'),
    ownGroups: '0::/docker/1/inner\n',
  });
  const group = await groups.create({ memoryMb: 64 });
  expect(group.joinFiles[0]).toContain(path.join(folder, 'inner'));
});

test('without control groups it says why', async () => {
  await expect(openControlGroups({ mountInfo: '', ownGroups: '0::/\n' })).rejects.toThrow(
    'no control groups are mounted',
  );
});
