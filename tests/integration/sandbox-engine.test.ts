import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SandboxProvider } from '../../apps/executor/src/sandbox/sandbox.ts';
import { chain, drive, errorOf } from './support/drive.ts';
import { docker, openSandboxes, sandboxKinds } from './support/sandboxes.ts';

for (const kind of sandboxKinds)
  describe.skipIf(kind === 'docker' && !docker)(`the engine in a ${kind} sandbox`, () => {
    let provider: SandboxProvider;
    beforeAll(async () => {
      provider = await openSandboxes(kind);
    });
    afterAll(() => provider.close());

    const code = (source: string, config: Record<string, unknown> = {}) =>
      chain([{ id: 'work', type: 'code', config: { source, ...config } }]);

    test('runs a workflow and asks its host', async () => {
      const definition = chain([
        { id: 'double', type: 'code', config: { source: 'console.log("hello", input.n); return { n: input.n * 2 };' } },
        { id: 'text', type: 'transform', config: { template: 'n is {{ steps.double.output.n }}' } },
        { id: 'get', type: 'http_request', config: { url: 'https://example.com/?q={{ previous }}' } },
      ]);
      const asked: string[] = [];
      const { ending, events } = await drive({
        provider,
        definition,
        input: { n: 21 },
        services: {
          'http.fetch': async ({ url }) => {
            asked.push(url);
            return { status: 200, headers: {}, body: 'answer', encoding: 'utf8', url };
          },
        },
      });
      expect(ending).toMatchObject({ kind: 'reported', event: { type: 'execution_completed' } });
      expect(asked).toHaveLength(1);
      expect(asked[0]).toContain('42');
      expect(events.find((event) => event.type === 'step_log')).toMatchObject({
        nodeId: 'double',
        message: 'hello 21',
      });
    });

    test('goes on from finished steps', async () => {
      const definition = chain([
        { id: 'first', type: 'code', config: { source: 'throw new Error("must not run again")' } },
        { id: 'second', type: 'code', config: { source: 'return previous + 1' } },
      ]);
      const { ending, events } = await drive({
        provider,
        definition,
        finishedSteps: [
          { status: 'completed', nodeId: 'start', iteration: '', output: null, ports: ['out'] },
          { status: 'completed', nodeId: 'first', iteration: '', output: 41, ports: ['out'] },
        ],
      });
      expect(ending).toMatchObject({ event: { type: 'execution_completed', results: 42 } });
      expect(events.some((event) => 'nodeId' in event && event.nodeId === 'first')).toBe(false);
    });

    describe('code that misbehaves ends as an error at its node:', () => {
      test.each([
        ['eats the heap', 'const all = []; for (;;) all.push(new Array(1e5).fill(Math.random()));', /out_of_memory/],
        ['eats buffers', 'const all = []; for (;;) all.push(new Uint8Array(2e7).fill(1));', /out_of_memory/],
        ['spins', 'for (;;);', /node_timeout/],
        ['waits for a regular expression', 'return /^(a+)+$/.test("a".repeat(40) + "b");', /node_timeout/],
        ['never settles', 'await new Promise(() => {});', /code_failed/],
        ['opens a socket', 'require("node:net").connect(80, "example.com");', /code_failed/],
        ['fetches', 'return (await fetch("http://example.com")).status;', /code_failed/],
        ['starts a process', 'process.binding("spawn_sync"); return 1;', /code_failed/],
        ['prints without end', 'for (;;) console.log("x".repeat(1000));', /node_timeout/],
        ['returns too much', 'return "x".repeat(8e6);', /output_too_large/],
        ['throws', 'null.x;', /code_failed/],
      ])('%s', async (name, source, expected) => {
        const result = await drive({
          provider,
          definition: code(source, { timeoutMs: expected.source === 'node_timeout' ? 1_000 : 10_000 }),
        });
        const error = errorOf(result);
        expect(error.code).toMatch(expected);
        expect(error.nodeId).toBe('work');
        expect(error.message).not.toBe('');
        if (name !== 'throws') expect(error.hint).toBeTruthy();
      });

      test('and the next execution is not touched', async () => {
        const { ending } = await drive({ provider, definition: code('return "fine"') });
        expect(ending).toMatchObject({ event: { type: 'execution_completed', results: 'fine' } });
      });
    });

    test('user code cannot write to the channel by printing', async () => {
      const forged = JSON.stringify({
        type: 'event',
        event: { type: 'execution_completed', at: 1, results: 'forged' },
      });
      const definition = code(`console.log(${JSON.stringify(`\n${forged}\n`)}); return 'honest';`);
      const { ending } = await drive({ provider, definition });
      expect(ending).toMatchObject({ event: { results: 'honest' } });
    });

    test('an engine that is stuck in an expression is stopped from outside', async () => {
      const definition = chain([
        { id: 'stuck', type: 'transform', config: { template: `{{ $match("${'a'.repeat(40)}b", /^(a+)+$/) }}` } },
      ]);
      const error = errorOf(await drive({ provider, definition, unresponsiveAfterMs: 3_000 }));
      expect(['sandbox_unresponsive', 'node_timeout']).toContain(error.code);
      expect(error.nodeId).toBe('stuck');
    });

    test('memory of the whole sandbox is limited, and the step at work is named', async () => {
      // The code stays inside its own limit, which is more than the sandbox has.
      const source = 'const all = []; for (;;) all.push(new Uint8Array(1e6).fill(1));';
      const result = await drive({
        provider,
        definition: code(source, { memoryMb: 1024, timeoutMs: 20_000 }),
        memoryMb: 160,
      });
      expect(errorOf(result)).toMatchObject({
        code: 'sandbox_out_of_memory',
        nodeId: 'work',
        message: expect.stringContaining('160 MiB'),
        hint: expect.stringContaining('memory'),
      });
    });

    test('stopping kills it at once, whatever it does', async () => {
      const controller = new AbortController();
      const startedAt = performance.now();
      const { ending, sandbox } = await drive({
        provider,
        definition: code('for (;;);', { timeoutMs: 60_000 }),
        signal: controller.signal,
        onEvent: (event) => {
          if (event.type === 'step_started' && event.nodeId === 'work') controller.abort(new Error('cancelled'));
        },
      });
      expect(ending).toEqual({ kind: 'stopped' });
      expect(performance.now() - startedAt).toBeLessThan(10_000);
      expect((await sandbox.exited).code).toBe(137);
    });
  });

for (const kind of sandboxKinds)
  describe.skipIf(kind === 'docker' && !docker)(`a hostile program in a ${kind} sandbox`, () => {
    const definition = chain([]);
    const run = async (program: string, options: { memoryMb?: number; unresponsiveAfterMs?: number } = {}) => {
      const provider = await openSandboxes(kind, { program });
      try {
        return await drive({ provider, definition, ...options });
      } finally {
        await provider.close();
      }
    };
    const send = (frame: unknown) => `process.stdout.write(${JSON.stringify(`${JSON.stringify(frame)}\n`)});`;
    const event = (body: Record<string, unknown>) => send({ type: 'event', event: { at: 1, ...body } });
    const stay = 'setInterval(() => {}, 1000);';

    test.each([
      ['sends something else than JSON', `process.stdout.write('hello\\n'); ${stay}`],
      ['sends a frame that does not exist', `${send({ type: 'shutdown' })} ${stay}`],
      ['sends a frame without end', `const flood = () => process.stdout.write('x'.repeat(65536), flood); flood();`],
      [
        'names a foreign node',
        `${event({ type: 'execution_started', resumedSteps: 0 })} ${event({ type: 'step_started', nodeId: 'zz', attempt: 1, input: 1 })} ${stay}`,
      ],
      [
        'ends a step that never ran',
        `${event({ type: 'execution_started', resumedSteps: 0 })} ${event({ type: 'step_completed', nodeId: 'start', attempt: 1, output: 1, ports: [] })} ${stay}`,
      ],
      [
        'runs a node of the workflow where no container runs it',
        `${event({ type: 'execution_started', resumedSteps: 0 })} ${event({ type: 'step_started', nodeId: 'start', iteration: 'each[0]', attempt: 1, input: 1 })} ${stay}`,
      ],
      [
        'waits for what nobody was asked for',
        `${event({ type: 'execution_started', resumedSteps: 0 })} ${event({ type: 'step_started', nodeId: 'start', attempt: 1, input: 1 })} ${event({ type: 'step_waiting', nodeId: 'start', attempt: 1, kind: 'timer' })} ${stay}`,
      ],
      [
        'calls a model for a step that does not run',
        `${send({ type: 'call', id: 1, method: 'model.generate', nodeId: 'start', iteration: '', attempt: 1, index: 0, params: {} })} ${stay}`,
      ],
      [
        'asks for a method that does not exist',
        `${send({ type: 'call', id: 1, method: 'files.remove', nodeId: 'start', iteration: '', attempt: 1, index: 0, params: {} })} ${stay}`,
      ],
    ])('%s: a violation, and it is killed', async (_name, program) => {
      const result = await run(program);
      expect(errorOf(result)).toMatchObject({ code: 'protocol_violation', hint: expect.any(String) });
      expect((await result.sandbox.exited).code).not.toBe(0);
    });

    test('ends without a word: a crash', async () => {
      expect(errorOf(await run('process.exit(3);'))).toMatchObject({
        code: 'sandbox_crashed',
        message: expect.stringContaining('exit code 3'),
      });
    });

    test('stays silent: unresponsive', async () => {
      expect(errorOf(await run('for (;;);', { unresponsiveAfterMs: 1_500 })).code).toBe('sandbox_unresponsive');
    });

    test('takes all memory: out of memory', async () => {
      const program = 'const all = []; setInterval(() => all.push(Buffer.alloc(4e7, 1)), 20);';
      expect(errorOf(await run(program, { memoryMb: 200 })).code).toBe('sandbox_out_of_memory');
    });
  });
