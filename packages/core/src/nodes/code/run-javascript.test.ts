import { describe, expect, it, vi } from 'vitest';
import { ExecutionError } from '../../engine/execution-errors.ts';
import { runJavaScript } from './run-javascript.ts';

type Line = { level: string; message: string };

const run = (
  source: string,
  options: {
    variables?: Record<string, unknown>;
    timeoutMs?: number;
    memoryMb?: number;
    signal?: AbortSignal;
    logs?: Line[];
  } = {},
) =>
  runJavaScript(
    {
      source,
      variables: options.variables ?? { input: {}, previous: null, steps: {} },
      timeoutMs: options.timeoutMs ?? 5_000,
      memoryMb: options.memoryMb ?? 64,
      onLog: (level, message) => options.logs?.push({ level, message }),
    },
    options.signal ?? new AbortController().signal,
  );

const failure = async (source: string, options: Parameters<typeof run>[1] = {}) => {
  const error = await run(source, options).then(
    (value) => expect.unreachable(`returned ${JSON.stringify(value)}`),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ExecutionError)) throw error;
  return error.data;
};

describe('results', () => {
  it('returns JSON made from the variables', async () => {
    const variables = { input: { n: 2 }, previous: ['あ', 'b'], steps: { first: { output: { ok: true } } } };
    const source = 'return { n: input.n * 2, list: previous.map((x) => x + "!"), ok: steps.first.output.ok };';
    expect(await run(source, { variables })).toEqual({ n: 4, list: ['あ!', 'b!'], ok: true });
  });

  it('waits for promises', async () => {
    const source =
      'const two = await Promise.all([1, Promise.resolve(2)]); for await (const x of two) previous = x; return previous;';
    expect(await run(source)).toBe(2);
  });

  it('gives null when nothing is returned', async () => {
    expect(await run('const x = 1;')).toBeNull();
  });

  it('keeps the text "import(" and a comment with it', async () => {
    expect(await run('// import("x")\nreturn `import(2)` + "import (a)";')).toBe('import(2)import (a)');
  });

  it.each([
    ['return () => 1', 'A function'],
    ['return { a: { b: 1n } }', 'A BigInt at "b"'],
    ['return { m: new Map([[1, 2]]) }', 'A Map'],
    ['return new Set([1])', 'A Set'],
    ['return { p: Promise.resolve(1) }', 'is an await missing?'],
    ['const a = {}; a.a = a; return a', 'circular'],
  ])('refuses what is not JSON: %s', async (source, message) => {
    const data = await failure(source);
    expect(data).toMatchObject({ code: 'code_failed', message: expect.stringContaining(message) });
  });

  it('refuses a result that is too large', async () => {
    expect(await failure('return "x".repeat(6_000_000)')).toMatchObject({ code: 'output_too_large' });
  });
});

describe('errors', () => {
  it('name the line of the user’s source', async () => {
    expect((await failure('const a = 1;\n\nnull.x;')).message).toMatch(/^Line 3: TypeError: /);
    expect((await failure('const a = 1;\nconst b = ;')).message).toMatch(/^Line 2: SyntaxError: /);
    expect((await failure('const a = 1;\nif (a) {')).message).toMatch(/^Line 2: SyntaxError: /);
    expect((await failure('function f() {\n  throw new RangeError("far");\n}\nf();')).message).toBe(
      'Line 2: RangeError: far',
    );
  });

  it('carry what was thrown when it is no Error', async () => {
    expect((await failure('throw { reason: "no" };')).message).toBe('The code threw: {"reason":"no"}');
    expect((await failure('throw "no";')).message).toBe('The code threw: no');
  });

  it.each([
    ['await fetch("https://example.com")', 'Code nodes have no network; use an HTTP Request node.'],
    ['globalThis.fetch("https://example.com")', 'Code nodes have no network; use an HTTP Request node.'],
    ['new XMLHttpRequest()', 'Code nodes have no network; use an HTTP Request node.'],
    ['new WebSocket("wss://example.com")', 'Code nodes have no network; use an HTTP Request node.'],
    ['require("node:net").connect(80)', 'Code nodes cannot load modules'],
    ['import fs from "node:fs";', 'Code nodes cannot load modules'],
    ['const fs = await import("node:fs");', 'Code nodes cannot load modules'],
    ['process.exit(1)', 'Code nodes see neither the system nor its files'],
    ['await new Promise((done) => setTimeout(done, 10))', 'Code nodes have no timers; use a Delay node'],
    ['await new Promise(() => {})', 'Code nodes have no timers'],
    ['eval("1")', 'Code nodes cannot make code from text'],
  ])('say what to do instead: %s', async (source, hint) => {
    expect(await failure(source)).toMatchObject({ code: 'code_failed', hint: expect.stringContaining(hint) });
  });

  it('survive values that fight back', async () => {
    expect((await failure('throw { toJSON() { throw 1 } }')).message).toContain('cannot be shown');
    const hostile = 'const e = new Error("x"); Object.defineProperty(e, "message", { get() { throw 1 } }); throw e;';
    expect((await failure(hostile)).code).toBe('code_failed');
  });
});

describe('limits', () => {
  it('stop a loop that does not end, and keep what it logged', async () => {
    const logs: Line[] = [];
    const started = performance.now();
    expect(await failure('console.log("in"); while (true) {}', { timeoutMs: 300, logs })).toMatchObject({
      code: 'node_timeout',
      message: 'The code was stopped after 300 ms.',
    });
    expect(performance.now() - started).toBeLessThan(3_000);
    expect(logs).toEqual([{ level: 'info', message: 'in' }]);
  });

  it('stop microtasks that never end', async () => {
    expect(await failure('while (true) await 0;', { timeoutMs: 300 })).toMatchObject({ code: 'node_timeout' });
  });

  it.each([
    ['objects', 'const all = []; while (true) all.push({ text: String(all.length) });'],
    ['numbers', 'const all = []; while (true) all.push(new Array(100_000).fill(1.5));'],
    [
      'text',
      'let text = "x"; const all = []; while (true) { all.push((text + all.length).repeat(100_000).split("")); }',
    ],
    ['array buffers', 'const all = []; while (true) all.push(new Uint8Array(1_000_000).fill(1));'],
    ['one list that grows', 'const all = []; while (true) all.push(1.5);'],
    ['a map', 'const all = new Map(); for (let i = 0; ; i++) all.set(i, i);'],
  ])('stop code that eats memory: %s', { timeout: 60_000 }, async (_, source) => {
    // Near its limit a heap collects garbage all the time, which takes long on a busy machine.
    expect(await failure(source, { memoryMb: 32, timeoutMs: 50_000 })).toMatchObject({
      code: 'code_out_of_memory',
      message: expect.stringMatching(/^The code needed more than its 32 MiB of memory: it held \d+ MiB\.$/),
    });
  });

  it.each([
    ['lists', 'for (let i = 0; i < 300; i++) new Array(100_000).fill(i); return "done";'],
    ['objects', 'let n = 0; for (let i = 0; i < 300_000; i++) n += JSON.stringify({ i }).length; return "done";'],
    ['array buffers', 'for (let i = 0; i < 200; i++) new Uint8Array(1_000_000).fill(1); return "done";'],
  ])('let code make garbage: %s', async (_, source) => {
    expect(await run(source, { memoryMb: 32, timeoutMs: 10_000 })).toBe('done');
  });

  it('stop at once when aborted, with the reason of the signal', async () => {
    const controller = new AbortController();
    const logs: Line[] = [];
    const running = run('console.log("in"); while (true) {}', { signal: controller.signal, logs });
    await vi.waitFor(() => expect(logs).toHaveLength(1));
    controller.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
  });

  it('do not start when already aborted', async () => {
    await expect(run('return 1', { signal: AbortSignal.abort(new Error('cancelled')) })).rejects.toThrow('cancelled');
  });
});

describe('the log', () => {
  it('keeps levels, order and values', async () => {
    const logs: Line[] = [];
    await run(
      'console.log("a", 1, { b: [true] }); console.warn("w"); console.error(new Error("e")); console.debug(undefined); console.info("日本語 😀");',
      { logs },
    );
    expect(logs).toEqual([
      { level: 'info', message: 'a 1 {"b":[true]}' },
      { level: 'warn', message: 'w' },
      { level: 'error', message: expect.stringMatching(/^Error: e\n {4}at code\.js:1:\d+$/) },
      { level: 'debug', message: 'undefined' },
      { level: 'info', message: '日本語 😀' },
    ]);
  });

  it('is limited in lines and in length, and says what is missing', async () => {
    const logs: Line[] = [];
    await run('console.log("y".repeat(50_000)); for (let i = 0; i < 5_000; i++) console.log(i);', { logs });
    expect(logs[0]?.message).toHaveLength(8 * 1024);
    expect(logs).toHaveLength(1_001);
    expect(logs.at(-1)).toEqual({ level: 'warn', message: expect.stringMatching(/^4001 more lines/) });
  });

  it('does not reach the standard output of the process', async () => {
    const write = vi.spyOn(process.stdout, 'write');
    await run('console.log("quiet")');
    expect(write).not.toHaveBeenCalled();
    write.mockRestore();
  });
});

describe('attempts to get out', () => {
  it.each([
    ['the constructor of the global', 'return globalThis.constructor.constructor("return process")()'],
    ['the constructor of a function', 'return (() => {}).constructor("return process")()'],
    ['the constructor of an async function', 'return (async () => {}).constructor("return process")()'],
    ['the constructor of an input', 'return input.constructor.constructor("return process")()'],
    ['the constructor of console.log', 'return console.log.constructor("return process")()'],
    ['the constructor of an import’s promise', 'return import("x").constructor.constructor("return process")()'],
    ['an import hidden behind a comment', 'return (import/* */\n("x")).constructor.constructor("return process")()'],
    ['an import in a template', 'return `$' + '{import("x")}`'],
    ['an import in a spread', 'return [...import("x")]'],
    ['this', 'return this.constructor.constructor("return process")()'],
    ['the caller', 'return arguments.callee.caller'],
    ['closing the function early', '}), this.constructor.constructor("return process")(), (function () {'],
  ])('by %s fail', async (_, source) => {
    expect((await failure(source)).code).toBe('code_failed');
  });

  it('find only what JavaScript itself brings, and the console', async () => {
    const names = await run('return Object.getOwnPropertyNames(globalThis)');
    expect(names).toEqual(expect.arrayContaining(['Object', 'JSON', 'console', 'Intl']));
    for (const name of [
      'process',
      'require',
      'module',
      'Buffer',
      'fetch',
      'setTimeout',
      'WebAssembly',
      'SharedArrayBuffer',
      'performance',
    ]) {
      expect(names).not.toContain(name);
    }
  });

  it('see no foreign objects in the call sites of a stack', async () => {
    const source = `
      let sites = [];
      try { Error.prepareStackTrace = (_, trace) => { sites = trace; return ''; }; } catch {}
      try { globalThis.Error = { prepareStackTrace: (_, trace) => { sites = trace; } }; } catch {}
      const seen = [];
      try { null.x; } catch (e) { String(e.stack); }
      for (const site of sites) seen.push(typeof site.getThis(), typeof site.getFunction());
      return seen;`;
    expect(await run(source)).toEqual([]);
  });

  it('get nowhere from an error of the outer realm', async () => {
    // Formatting a stack near the stack's end throws a RangeError that belongs to Node's realm.
    const source = `
      const foreign = [];
      function dive() {
        try { String(new Error().stack); } catch (e) { if (!(e instanceof Error) && foreign.length < 5) foreign.push(e); }
        dive();
      }
      try { dive(); } catch {}
      return foreign.map((e) => {
        const OuterObject = Object.getPrototypeOf(Object.getPrototypeOf(Object.getPrototypeOf(e))).constructor;
        try { OuterObject.prototype.tampered = true; } catch {}
        return {
          maker: typeof e.constructor.constructor,
          process: typeof OuterObject.getPrototypeOf(OuterObject).constructor,
          tampered: 'tampered' in OuterObject.prototype,
        };
      });`;
    const found = await run(source);
    expect(Array.isArray(found)).toBe(true);
    for (const one of found as unknown[])
      expect(one).toEqual({ maker: 'undefined', process: 'undefined', tampered: false });
  });

  it('cannot spoil the result by replacing built-ins', async () => {
    const source = `
      JSON.stringify = () => '"spoiled"'; JSON.parse = () => 'spoiled'; Promise.prototype.then = () => 'spoiled';
      Object.prototype.toJSON = undefined; Array.prototype.map = () => ['spoiled'];
      return { fine: true };`;
    expect(await run(source)).toEqual({ fine: true });
  });
});
