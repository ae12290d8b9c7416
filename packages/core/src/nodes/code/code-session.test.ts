import { afterEach, expect, it } from 'vitest';
import { ExecutionError } from '../../engine/execution-errors.ts';
import { type CodeSession, createCodeSession } from './code-session.ts';

let session: CodeSession = createCodeSession();
afterEach(async () => {
  await session.close();
  session = createCodeSession();
});

type Options = { memoryMb?: number; timeoutMs?: number; signal?: AbortSignal; logs?: string[]; cpu?: number[] };

const run = (source: string, options: Options = {}) =>
  session.run(
    {
      source,
      variables: { input: {}, previous: null, steps: {} },
      timeoutMs: options.timeoutMs ?? 5_000,
      memoryMb: options.memoryMb ?? 64,
      onLog: (_level, message) => options.logs?.push(message),
    },
    options.signal ?? new AbortController().signal,
    (micros) => options.cpu?.push(micros),
  );

const codeOf = async (running: Promise<unknown>) => {
  const error = await running.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof ExecutionError ? error.data.code : error;
};

/** Many runs in one session against as many in a session each. */
it('runs further code without starting anything', async () => {
  const timeOf = async (work: () => Promise<unknown>) => {
    const startedAt = performance.now();
    for (let i = 0; i < 10; i += 1) await work();
    return performance.now() - startedAt;
  };
  await run('return 1');
  const shared = await timeOf(() => run('return 1'));
  const single = await timeOf(async () => {
    session = createCodeSession();
    await run('return 1');
    await session.close();
  });
  expect(shared).toBeLessThan(single / 3);
});

it('gives each run a context of its own', async () => {
  const leave = `
    globalThis.left = 1; Array.prototype.left = 2; Object.prototype.left = 3; console.left = 4;
    JSON.parse = () => 'spoiled'; Promise.prototype.then = () => 'spoiled'; console.log = () => {};
    return 'done';`;
  const look = `
    console.log('heard');
    return [typeof left, [].left ?? null, ({}).left ?? null, console.left ?? null, JSON.parse('1'), await Promise.resolve(2)];`;
  const logs: string[] = [];
  expect(await run(leave)).toBe('done');
  expect(await run(look, { logs })).toEqual(['undefined', null, null, null, 1, 2]);
  expect(logs).toEqual(['heard']);
});

it('runs nothing of a run that has ended', async () => {
  const leave = `
    const registry = new FinalizationRegistry(() => { console.log('too late'); for (;;); });
    for (let i = 0; i < 1_000; i += 1) registry.register({ i });
    Promise.reject(new Error('nobody listens'));
    (async () => { await new Promise(() => {}); })();
    return 'done';`;
  const logs: string[] = [];
  expect(await run(leave, { logs })).toBe('done');
  const garbage = 'let n = 0; for (let i = 0; i < 1e6; i += 1) n += [i].length; return n;';
  for (let i = 0; i < 5; i += 1) expect(await run(garbage, { logs, timeoutMs: 2_000 })).toBe(1e6);
  expect(logs).toEqual([]);
});

it('lets no run reach the next one by way of the realm around it', async () => {
  // Errors from inside Node's stack formatting belong to that realm; its hidden prototypes would be shared.
  const tamper = `
    const foreign = [];
    const dive = () => {
      try { String(new Error().stack); } catch (e) { if (!(e instanceof Error) && foreign.length < 1) foreign.push(e); }
      dive();
    };
    try { dive(); } catch {}
    let changed = 0;
    for (const error of foreign) {
      const Outer = Object.getPrototypeOf(Object.getPrototypeOf(Object.getPrototypeOf(error))).constructor;
      const list = Outer.getOwnPropertyNames({ a: 1 });
      for (const iterator of [list.values(), list.entries(), 'a'.matchAll.call('a', /a/g)]) {
        for (let at = Object.getPrototypeOf(iterator); at; at = Object.getPrototypeOf(at)) {
          if (at instanceof Object) break;
          try { at.next = () => ({ done: true }); changed += Object.hasOwn(at, 'next') && String(at.next).includes('done: true') ? 1 : 0; } catch {}
        }
      }
    }
    return { foreign: foreign.length, changed };`;
  expect(await run(tamper)).toEqual({ foreign: 1, changed: 0 });
  expect(await run('return [..."ab"].length')).toBe(2);
});

it('goes on after code that was stopped, and stops only that', async () => {
  const controller = new AbortController();
  const aborted = run('console.log("in"); for (;;);', { signal: controller.signal });
  const [stuck, fine] = await Promise.all([codeOf(run('for (;;);', { timeoutMs: 200 })), run('return "fine"')]);
  expect([stuck, fine]).toEqual(['node_timeout', 'fine']);
  controller.abort(new Error('cancelled'));
  await expect(aborted).rejects.toThrow('cancelled');
  expect(await run('return "after"')).toBe('after');
});

it('keeps to the memory of each request', { timeout: 30_000 }, async () => {
  const eat = 'const all = []; for (;;) all.push(new Array(100_000).fill(1.5));';
  const hold =
    'const all = []; for (let i = 0; i < 150; i += 1) all.push(new Uint8Array(1e6).fill(1)); return all.length;';
  expect(await run('return 1', { memoryMb: 512 })).toBe(1);
  expect(await codeOf(run(eat, { memoryMb: 32, timeoutMs: 20_000 }))).toBe('code_out_of_memory');
  expect(await run(hold, { memoryMb: 512 })).toBe(150);
  // What it held before is no longer counted.
  expect(await run(hold, { memoryMb: 512 })).toBe(150);
  expect(await run('return 2', { memoryMb: 32 })).toBe(2);
});

it('tells the processor time of each run, also of one that was stopped', async () => {
  const cpu: number[] = [];
  await run('return 1', { cpu });
  await run('const end = Date.now() + 100; while (Date.now() < end); return 1;', { cpu });
  await codeOf(run('for (;;);', { timeoutMs: 200, cpu }));
  const [short = 0, long = 0, stopped = 0] = cpu.map((micros) => micros / 1_000);
  expect(short).toBeLessThan(50);
  expect(long).toBeGreaterThan(short);
  expect(long).toBeLessThan(200);
  expect(stopped).toBeGreaterThan(20);
});

it('ends its workers, and what runs in them', async () => {
  session.prepare(64);
  const running = codeOf(run('for (;;);', { memoryMb: 32 }));
  await session.close();
  expect(await running).toBe('code_failed');
  await expect(run('return 1')).rejects.toThrow('has ended');
});
