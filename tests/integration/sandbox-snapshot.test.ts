import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { buildRuntime } from '../../apps/executor/scripts/build-runtime.ts';
import { READY_WHEN_SPOKEN_TO } from '../../apps/executor/src/runtime/ready-when-spoken-to.ts';
import { snapshotSourceOf } from '../../apps/executor/src/sandbox/runtime-image.ts';
import { chain } from './support/drive.ts';

vi.setConfig({ testTimeout: 40_000, hookTimeout: 60_000 });

/** Later on the clock of the process than any timer of the warm-up was due: a boot on a busy machine takes as long. */
const LATE_MS = 2_500;

let folder: string;
let blob: string;
let runtime: ChildProcess | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'agentweaver-snapshot-'));
  const bundle = path.join(folder, 'runtime.mjs');
  await buildRuntime(bundle);
  blob = path.join(folder, 'runtime.blob');
  await promisify(execFile)(process.execPath, ['--snapshot-blob', blob, '--build-snapshot', snapshotSourceOf(bundle)]);
});
afterAll(async () => {
  runtime?.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

test('a runtime that comes late to its first timer keeps time all the same', async () => {
  const child = spawn(process.execPath, ['--snapshot-blob', blob, READY_WHEN_SPOKEN_TO], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  runtime = child;
  const frames = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<{ type: string; event?: { type: string; error?: { code: string } } }> =>
    JSON.parse((await frames.next()).value ?? 'null');
  await sleep(LATE_MS);
  child.stdin.write('\n');
  expect(await next()).toMatchObject({ type: 'ready' });

  const definition = chain([{ id: 'work', type: 'code', config: { source: 'for (;;);', timeoutMs: 500 } }]);
  const executionId = '01900000-0000-7000-8000-000000000000';
  child.stdin.write(
    `${JSON.stringify({ type: 'start', executionId, definition, input: null, attempts: {}, elapsedMs: 0 })}\n`,
  );
  for (;;) {
    const { event } = await next();
    if (event?.type !== 'execution_failed') continue;
    expect(event.error?.code).toBe('node_timeout');
    return;
  }
});
