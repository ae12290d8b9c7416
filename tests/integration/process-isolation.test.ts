import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findTools } from '../../apps/executor/src/sandbox/process-namespaces.ts';
import { createProcessBackend, type ProcessBackend } from '../../apps/executor/src/sandbox/process-sandbox.ts';
import type { Sandbox } from '../../apps/executor/src/sandbox/sandbox.ts';

const SANDBOX_MODULE = fileURLToPath(new URL('../../apps/executor/src/sandbox/process-sandbox.ts', import.meta.url));
const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const isRoot = process.getuid?.() === 0;

let folder: string;
/** Stands in for the runtime: it says that it is ready, and stays. */
let bundleFile: string;
const opened: ProcessBackend[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'agentweaver-isolation-'));
  await chmod(folder, 0o755);
  bundleFile = path.join(folder, 'ready.mjs');
  await writeFile(bundleFile, 'process.stdout.write(\'{"type":"ready"}\\n\'); process.stdin.resume();');
});
afterAll(async () => {
  await Promise.all(opened.map((backend) => backend.close()));
  await rm(folder, { recursive: true, force: true });
});

const open = async (options: Omit<Parameters<typeof createProcessBackend>[0], 'bundleFile'> = {}) => {
  const backend = await createProcessBackend({ bundleFile, ...options });
  opened.push(backend);
  return backend;
};
/** Plain Node, without its permission model: what holds here holds from outside. */
const running = (program: string) => ({
  command: ({ node }: { node: string }) => [node, '--input-type=module', '-e', program],
});
const firstLine = async ({ stdout }: Sandbox): Promise<string> => {
  let text = '';
  for await (const chunk of stdout) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0] ?? '';
};
/** Processes of this machine whose command line holds the text. */
const processesWith = async (text: string): Promise<number[]> => {
  const found = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(found.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return found.filter((_pid, index) => lines[index]?.includes(text)).map(Number);
};
const untilGone = async (text: string): Promise<number[]> => {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    if ((await processesWith(text)).length === 0) return [];
    await sleep(50);
  }
  return processesWith(text);
};

describe.runIf(process.platform === 'linux' && findTools().unshare)('the process sandbox on this Linux', () => {
  test('is cut off by the kernel from everything but system calls, and says so', async () => {
    const backend = await open();
    const found = Object.fromEntries(backend.protections.map(({ what, holds, by }) => [what, holds ? by : 'nothing']));
    expect(found).toMatchObject({
      files: 'kernel',
      writing: 'kernel',
      environment: 'kernel',
      processes: 'kernel',
      network: 'kernel',
      sockets: 'kernel',
      programs: 'kernel',
      privileges: 'kernel',
      numbers: 'kernel',
      'add-ons': 'node',
      memory: expect.stringMatching(/kernel|executor/),
    });
    expect(backend.description).toContain('the kernel keeps it from files of this machine');
    expect(backend.description).toContain('Node alone keeps it from loading add-ons');
    expect(backend.description).toContain(
      found['system-calls'] === 'nothing' ? 'not kept from system calls of any kind' : 'system calls',
    );
  });

  test('is never weaker without a word: what this machine lacks is found and told', async () => {
    const withoutTools = await open({ tools: {} });
    const states = new Map(withoutTools.protections.map((one) => [one.what, one]));
    expect(states.get('network')).toMatchObject({ holds: false, why: 'connected' });
    expect(states.get('files')).toMatchObject({ holds: true, by: 'node' });
    expect(states.get('programs')).toMatchObject({ holds: true, by: 'node' });
    expect(states.get('memory')).toMatchObject({ holds: true, by: 'executor' });
    expect(withoutTools.description).toMatch(/not kept from .*the network.*\. Run only workflows you trust/);

    // There is an `unshare`, but the machine lets nobody use it.
    const refused = await open({ tools: { ...findTools(), unshare: '/bin/false' } });
    expect(refused.protections.find(({ what }) => what === 'network')).toMatchObject({ holds: false });
    // Another user than the executor's can only be had where that one may run this Node, not in a home of mode 700.
    const others = spawnSync(process.execPath, ['--version'], isRoot ? { uid: 65_534, gid: 65_534 } : {}).status === 0;
    expect(refused.protections.find(({ what }) => what === 'privileges')).toMatchObject({ holds: others || !isRoot });
  });

  test.runIf(isRoot)('holds as well for an executor without rights', async () => {
    const program = `
      import { createProcessBackend } from ${JSON.stringify(SANDBOX_MODULE)};
      const backend = await createProcessBackend({ bundleFile: ${JSON.stringify(bundleFile)} });
      console.log(JSON.stringify(backend.protections));
      await backend.close();`;
    // In a place of its own: the project may be in a home that other users cannot enter.
    const place = await mkdtemp(path.join(tmpdir(), 'agentweaver-project-'));
    await chmod(place, 0o755);
    const there = (text: string) => text.replaceAll(ROOT, place);
    const asUser =
      'mount --bind "$1" "$2" && cd "$2" && shift 2 && exec setpriv --reuid 12345 --regid 12345 --clear-groups "$@"';
    const node = [there(process.execPath), '--input-type=module', '-e', there(program)];
    const child = spawn('unshare', ['--mount', 'sh', '-c', asUser, 'sh', ROOT, place, ...node], {
      env: { NODE_ENV: 'production', PATH: there(process.env.PATH ?? ''), A_SECRET: 'a secret of the executor' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let problem = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      problem += chunk;
    });
    await once(child, 'close');
    await rm(place, { recursive: true });
    expect(problem).toBe('');
    const protections = JSON.parse(output) as ProcessBackend['protections'];
    for (const what of ['environment', 'memory', 'files', 'programs', 'writing'] as const)
      expect(protections.find((one) => one.what === what)).toMatchObject({ holds: true });
    await rm(path.join(tmpdir(), 'agentweaver-12345'), { recursive: true, force: true });
  });

  test('ends with all that runs in it', async () => {
    const marker = `marker-${randomUUID()}`;
    const backend = await open(
      running(`
        import { spawn } from 'node:child_process';
        for (let i = 0; i < 3; i += 1) {
          const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); for (;;);', '${marker}'], { detached: true, stdio: 'pipe' });
          child.unref();
        }
        setTimeout(() => process.stdout.write('up\\n'), 200);
        setInterval(() => {}, 1000);`),
    );
    const sandbox = await backend.boot({ memoryMb: 512 });
    expect(await firstLine(sandbox)).toBe('up');
    expect((await processesWith(marker)).length).toBeGreaterThanOrEqual(3);
    await sandbox.kill();
    expect(await untilGone(marker)).toEqual([]);
    expect((await sandbox.exited).code).toBe(137);
  });

  test('ends with its executor, however that dies', async () => {
    const marker = `marker-${randomUUID()}`;
    const executor: ChildProcess = spawn(
      process.execPath,
      [
        '--input-type=module',
        '-e',
        `import { createProcessBackend } from ${JSON.stringify(SANDBOX_MODULE)};
         const backend = await createProcessBackend({
           bundleFile: ${JSON.stringify(bundleFile)},
           command: ({ node }) => [node, '-e', 'process.stdout.write("up\\\\n"); for (;;);', '${marker}'],
         });
         const sandbox = await backend.boot({ memoryMb: 256 });
         sandbox.stdout.once('data', () => console.log('up'));`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(executor.stdout as NodeJS.ReadableStream, 'data');
    expect((await processesWith(marker)).length).toBeGreaterThan(0);
    executor.kill('SIGKILL');
    expect(await untilGone(marker)).toEqual([]);
  });

  test('has an end of processes and of threads', async () => {
    const backend = await open(
      running(`
        import { spawn } from 'node:child_process';
        let children = 0;
        for (let i = 0; i < 200; i += 1) {
          const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'pipe' });
          const refused = await new Promise((resolve) => {
            child.once('spawn', () => resolve(false));
            child.once('error', () => resolve(true));
          });
          if (refused) { process.stdout.write('refused after ' + children + '\\n'); break; }
          children += 1;
        }
        process.stdout.write('all ' + children + ' started\\n');
        setInterval(() => {}, 1000);`),
    );
    const sandbox = await backend.boot({ memoryMb: 1024 });
    try {
      expect(await firstLine(sandbox)).toMatch(/^refused after \d+$/);
    } finally {
      await sandbox.kill();
    }
  });

  test('starts hardly later than Node does by itself', async () => {
    const backend = await open();
    const timed = async (start: () => Promise<() => Promise<unknown>>): Promise<number> => {
      const startedAt = performance.now();
      const stop = await start();
      const took = performance.now() - startedAt;
      await stop();
      return took;
    };
    const wrapped: number[] = [];
    const bare: number[] = [];
    for (let i = 0; i < 8; i += 1) {
      wrapped.push(
        await timed(async () => {
          const sandbox = await backend.boot({ memoryMb: 256 });
          await firstLine(sandbox);
          return () => sandbox.kill();
        }),
      );
      bare.push(
        await timed(async () => {
          const child = spawn(process.execPath, ['--permission', `--allow-fs-read=${bundleFile}`, bundleFile]);
          await once(child.stdout, 'data');
          return async () => child.kill('SIGKILL');
        }),
      );
    }
    // The least of them: what else this machine does is not the sandbox's.
    expect(Math.min(...wrapped) - Math.min(...bare)).toBeLessThan(100);
  });

  test('leaves nothing behind', async () => {
    const backend = await createProcessBackend({ bundleFile });
    const sandbox = await backend.boot({ memoryMb: 256 });
    await backend.close();
    expect((await sandbox.exited).code).toBe(137);
    const home = path.join(tmpdir(), `agentweaver-${process.getuid?.()}`);
    const ours = (await readdir(home).catch(() => [])).filter((name) => name.startsWith(`root-${process.pid}-`));
    // Of the backends that this file still has open.
    expect(ours.length).toBeLessThanOrEqual(opened.length);
  });
});
