import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepWebBuild, useWebBuild } from './web-build.ts';

let webDir: string;
beforeEach(async () => {
  webDir = await mkdtemp(path.join(tmpdir(), 'agentweaver-web-'));
});
afterEach(() => rm(webDir, { recursive: true }));

const build = async (hash: string, minute: number): Promise<void> => {
  await rm(path.join(webDir, '.next'), { recursive: true, force: true });
  for (const dir of ['server', 'cache']) await mkdir(path.join(webDir, '.next', dir, 'cache'), { recursive: true });
  await writeFile(path.join(webDir, '.next/BUILD_ID'), hash);
  await keepWebBuild(webDir, hash);
  const madeAt = new Date(Date.UTC(2026, 0, 1, 0, minute));
  await utimes(path.join(webDir, `.next-${hash}`, 'BUILD_ID'), madeAt, madeAt);
};
const builds = async () => (await readdir(webDir)).filter((name) => name !== '.next').sort();

it('keeps a build apart from the next one, without what only building needs', async () => {
  await build('one', 1);
  expect(await useWebBuild(webDir, 'one')).toBe('.next-one');
  await build('two', 2);
  expect(await readFile(path.join(webDir, '.next-one/BUILD_ID'), 'utf8')).toBe('one');
  expect((await readdir(path.join(webDir, '.next-one'))).sort()).toEqual(['BUILD_ID', 'server', 'used-by']);
  expect(await readdir(path.join(webDir, '.next-one/server'))).toEqual(['cache']);
});

it('deletes old builds, but none that a running copy serves', async () => {
  await build('one', 1);
  await useWebBuild(webDir, 'one');
  await build('two', 2);
  await mkdir(path.join(webDir, '.next-two/used-by'));
  await writeFile(path.join(webDir, '.next-two/used-by', String(2 ** 22 + 1)), '');
  await build('three', 3);
  await build('four', 4);
  await useWebBuild(webDir, 'four');
  expect(await builds()).toEqual(['.next-four', '.next-one', '.next-three']);
});
