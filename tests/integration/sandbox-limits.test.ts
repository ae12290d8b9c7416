import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SandboxProvider } from '../../apps/executor/src/sandbox/sandbox.ts';
import { chain, drive, errorOf } from './support/drive.ts';
import { docker, openSandboxes } from './support/sandboxes.ts';

const MIB = 1024 * 1024;

const code = (source: string, config: Record<string, unknown> = {}) =>
  chain([{ id: 'work', type: 'code', config: { source, ...config } }]);

/** Whatever limit it is, nobody waits long for its error. */
const LONGEST_MS = 30_000;
const inTime = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  const startedAt = performance.now();
  const result = await work();
  expect(performance.now() - startedAt).toBeLessThan(LONGEST_MS);
  return result;
};

/** How far the memory of this process, which is the executor here, rises while something runs. */
const watchMemory = () => {
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  return () => {
    clearInterval(timer);
    return { risenMib: Math.round((peak - before) / MIB) };
  };
};

describe.skipIf(!docker)('limits of the engine in a container', () => {
  let provider: SandboxProvider;
  beforeAll(async () => {
    provider = await openSandboxes('docker');
  });
  afterAll(() => provider.close());

  const failure = (options: Omit<Parameters<typeof drive>[0], 'provider'>) =>
    inTime(async () => errorOf(await drive({ provider, ...options })));

  test('memory of the container: the step, the limit, what was needed before, and what to do', async () => {
    const definition = chain([
      { id: 'small', type: 'transform', config: { template: 'x' } },
      {
        id: 'work',
        type: 'code',
        config: { source: 'const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1));', memoryMb: 1_024 },
      },
    ]);
    const error = await failure({ definition, memoryMb: 200 });
    expect(error).toMatchObject({
      code: 'sandbox_out_of_memory',
      nodeId: 'work',
      hint: expect.stringContaining('raise the memory'),
    });
    expect(error.message).toMatch(
      /^The sandbox used all of its 200 MiB of memory and was stopped while “The work” ran\. The steps that had ended before needed at most \d+ MiB\.$/,
    );
  });

  test('steps that only hand on megabytes: the engine answers meanwhile, and its memory holds', async () => {
    const nodes = Array.from({ length: 60 }, (_, index) => ({
      id: `n${index}`,
      type: 'transform',
      config: { template: '{{ previous }}' },
    }));
    const input = 'x'.repeat(2 * MIB);
    const { ending, events } = await inTime(() =>
      drive({ provider, definition: chain(nodes), input, memoryMb: 1_024, unresponsiveAfterMs: 3_000 }),
    );
    expect(ending).toMatchObject({ kind: 'reported', event: { type: 'execution_completed' } });
    expect(events.filter(({ type }) => type === 'step_completed')).toHaveLength(62);
  });

  test('heap of a Code node: the limit and what it held', async () => {
    const definition = code('const all = []; for (;;) all.push(new Array(1e5).fill(1.5));', { memoryMb: 32 });
    expect(await failure({ definition })).toMatchObject({
      code: 'code_out_of_memory',
      nodeId: 'work',
      message: expect.stringMatching(/32 MiB of memory: it held \d+ MiB/),
      hint: expect.stringContaining('raise the memory of the Code node'),
    });
  });

  test('time of a Code node, of a step and of the execution', async () => {
    const spin = 'for (;;);';
    expect(await failure({ definition: code(spin, { timeoutMs: 700 }) })).toMatchObject({
      code: 'node_timeout',
      nodeId: 'work',
      message: expect.stringContaining('700 ms'),
      hint: expect.stringContaining('timeout'),
    });
    const step = chain([{ id: 'work', type: 'code', config: { source: spin }, timeoutMs: 700 }]);
    expect(await failure({ definition: step })).toMatchObject({ code: 'node_timeout', nodeId: 'work' });
    const whole = chain([{ id: 'work', type: 'code', config: { source: spin } }], { timeoutMs: 1_000 });
    expect(await failure({ definition: whole })).toMatchObject({
      code: 'execution_timeout',
      nodeId: 'work',
      message: expect.stringMatching(/1 s.*“The work”/),
      hint: expect.stringContaining('time limit'),
    });
  });

  test('size of an output: the figure and the limit', async () => {
    const error = await failure({ definition: code('return "x".repeat(6e6)') });
    expect(error).toMatchObject({ code: 'output_too_large', nodeId: 'work', hint: expect.stringContaining('less') });
    expect(error.message).toMatch(/6000002 .*5000000/);
  });

  test('processor: a step gets its share, and it is told what it took', async () => {
    const source = 'const end = Date.now() + 2_000; while (Date.now() < end); return 1;';
    const { events } = await inTime(() => drive({ provider, definition: code(source) }));
    const of = (type: string) =>
      events.find((event) => event.type === type && 'nodeId' in event && event.nodeId === 'work');
    const [started, completed] = [of('step_started'), of('step_completed')];
    if (completed?.type !== 'step_completed' || !started) throw new Error('the step did not complete');
    const share = (completed.cpuMs ?? 0) / (completed.at - started.at);
    // Half a processor, and what a full one gave before the quota was used up for the first time.
    expect(share).toBeGreaterThan(0.2);
    expect(share).toBeLessThan(0.65);
    expect(completed.memoryPeakKib).toBeGreaterThan(20 * 1024);
    expect(completed.memoryPeakKib).toBeLessThan(512 * 1024);
  });

  test.each([
    ['files', 'require("node:fs").openSync("/tmp/x", "w")', 'cannot load modules'],
    ['processes', 'require("node:child_process").fork("/x")', 'cannot load modules'],
    ['threads', 'new Worker("x")', ''],
    ['the system', 'process.binding("fs")', 'see neither the system nor its files'],
  ])('what user code cannot reach is a clear error: %s', async (_, source, hint) => {
    const error = await failure({ definition: code(source) });
    expect(error).toMatchObject({ code: 'code_failed', nodeId: 'work', message: expect.stringMatching(/^Line 1: /) });
    expect(error.hint ?? '').toContain(hint);
  });

  test('a sandbox that has served another execution blames only the steps of this one', async () => {
    const workspaceId = 'shared';
    const quiet = chain([{ id: 'innocent', type: 'transform', config: { template: 'x' } }]);
    const first = await drive({ provider, definition: quiet, workspaceId, memoryMb: 200 });
    const guilty = code('const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1));', { memoryMb: 1_024 });
    const second = await drive({ provider, definition: guilty, workspaceId, memoryMb: 200 });
    expect(second.sandbox.id).toBe(first.sandbox.id);
    expect(errorOf(second)).toMatchObject({ code: 'sandbox_out_of_memory', nodeId: 'work' });
    if (second.ending.kind !== 'failed') throw new Error('the sandbox did not fail');
    expect([...second.ending.failedSteps.keys()]).toEqual(['work']);
  });

  test('a step that logs 1 GB: little is kept, the rest is counted, and another execution is not held up', async () => {
    const quick = async () => {
      const startedAt = performance.now();
      const { ending } = await drive({ provider, definition: code('return "fine"'), workspaceId: 'other' });
      expect(ending).toMatchObject({ event: { results: 'fine' } });
      return performance.now() - startedAt;
    };
    await quick();
    const alone = await quick();
    const memory = watchMemory();
    const source =
      'const line = "x".repeat(10_000); for (let i = 0; i < 100_000; i += 1) console.log(line); return "done";';
    const flood = drive({ provider, definition: code(source, { timeoutMs: 60_000 }), memoryMb: 256 });
    const beside = await quick();
    const { ending, events } = await flood;
    expect(ending).toMatchObject({ event: { results: 'done' } });
    const lines = events.filter((event) => event.type === 'step_log');
    const kept = lines.reduce((sum, event) => sum + event.message.length, 0);
    expect(kept).toBeLessThan(1e6);
    const leftOut = lines.find(({ level }) => level === 'warn')?.message ?? '';
    expect(Number(/^(\d+) more lines were left out/.exec(leftOut)?.[1])).toBe(100_000 - (lines.length - 1));
    const completed = events.find((event) => event.type === 'step_completed' && event.nodeId === 'work');
    expect(completed).toMatchObject({ memoryPeakKib: expect.any(Number) });
    expect(memory().risenMib).toBeLessThan(150);
    expect(beside).toBeLessThan(alone * 5 + 2_000);
  });
});

describe.skipIf(!docker)('limits that a hostile program in a container reaches', () => {
  const definition = chain([]);
  const frame = (body: Record<string, unknown>) => `${JSON.stringify({ type: 'event', event: { at: 1, ...body } })}\n`;
  const began = `const write = (text) => new Promise((done) => process.stdout.write(text, done));
    await write(${JSON.stringify(
      frame({ type: 'execution_started', resumedSteps: 0 }) +
        frame({ type: 'step_started', nodeId: 'start', attempt: 1, input: 1 }),
    )});`;

  const run = async (program: string, options: { memoryMb?: number } = {}) => {
    const provider = await openSandboxes('docker', { program: `${began}\n${program}` });
    try {
      return await inTime(() => drive({ provider, definition, unresponsiveAfterMs: 20_000, ...options }));
    } finally {
      await provider.close();
    }
  };

  test.each([
    [
      'open files',
      `const fs = await import('node:fs'); for (let i = 0; ; i += 1) fs.openSync('/proc/self/status', 'r');`,
      '256 open files',
    ],
    [
      'temporary files',
      `const fs = await import('node:fs'); for (;;) fs.appendFileSync('/tmp/big', Buffer.alloc(1e6));`,
      '16 MiB of temporary files',
    ],
    [
      'processes',
      `const { spawn } = await import('node:child_process');
       for (;;) { spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' }); await new Promise((done) => setTimeout(done, 5)); }`,
      '128 processes and threads',
    ],
  ])('%s', async (_, program, what) => {
    const error = errorOf(await run(program, { memoryMb: 1_024 }));
    expect(error).toMatchObject({
      code: 'sandbox_limit_reached',
      nodeId: 'start',
      message: `The sandbox reached its limit of ${what} and ended while “The start” ran.`,
      hint: expect.any(String),
    });
  });

  test('values: the heap of the engine', async () => {
    const error = errorOf(await run('const all = []; for (;;) all.push({ n: all.length });', { memoryMb: 512 }));
    expect(error).toMatchObject({ code: 'sandbox_out_of_memory', nodeId: 'start' });
    expect(error.message).toMatch(/512 MiB/);
  });

  test('a frame that is too big ends this execution only, and in little memory', async () => {
    const memory = watchMemory();
    const flood = `for (;;) await write('x'.repeat(65_536));`;
    const other = await openSandboxes('docker');
    const [hostile, fine] = await Promise.all([
      run(flood),
      drive({ provider: other, definition: code('return "fine"') }).finally(() => other.close()),
    ]);
    expect(errorOf(hostile)).toMatchObject({
      code: 'protocol_violation',
      nodeId: 'start',
      message: expect.stringMatching(/longer than 8388608 bytes.*“The start”/),
    });
    expect(fine.ending).toMatchObject({ event: { results: 'fine' } });
    expect(memory().risenMib).toBeLessThan(150);
  });

  test('1 GB of log lines that no engine would send: dropped, counted, said, and memory stays flat', {
    timeout: 120_000,
  }, async () => {
    const line = frame({ type: 'step_log', nodeId: 'start', level: 'info', message: 'y'.repeat(100_000) });
    const end =
      frame({ type: 'step_completed', nodeId: 'start', attempt: 1, output: 1, ports: [] }) +
      frame({ type: 'execution_completed', results: 1 });
    const program = `const line = ${JSON.stringify(line)};
      for (let i = 0; i < 10_000; i += 1) await write(line);
      await write(${JSON.stringify(end)}); setInterval(() => {}, 1_000);`;
    const provider = await openSandboxes('docker', { program: `${began}\n${program}` });
    const others = await openSandboxes('docker');
    try {
      const quick = async () => {
        const startedAt = performance.now();
        await drive({
          provider: others,
          definition: chain([{ id: 'a', type: 'transform', config: { template: 'x' } }]),
        });
        return performance.now() - startedAt;
      };
      await quick();
      const alone = await quick();
      const memory = watchMemory();
      let finished = false;
      const flood = drive({ provider, definition, unresponsiveAfterMs: 20_000 }).finally(() => {
        finished = true;
      });
      const beside: number[] = [];
      while (!finished) beside.push(await quick());
      const { ending, events } = await flood;
      expect(ending).toMatchObject({ event: { results: 1 } });
      const lines = events.filter((event) => event.type === 'step_log');
      const told = lines.at(-1)?.message ?? '';
      expect(told).toMatch(/^\d+ lines were left out/);
      expect(Number.parseInt(told, 10) + lines.length - 1).toBe(10_000);
      const slowest = Math.max(...beside);
      // The parts of frames on their way, and garbage; what is kept are some MiB.
      expect(memory().risenMib).toBeLessThan(250);
      expect(slowest).toBeLessThan(alone * 10 + 2_000);
    } finally {
      await Promise.all([provider.close(), others.close()]);
    }
  });
});
