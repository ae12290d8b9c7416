/** What somebody writes into a Code node or an expression. */
export type WorkflowAttempt = {
  family: 'realm' | 'globals' | 'pollution' | 'limits' | 'expressions';
  name: string;
  source: string;
  /** The code it ends with … */
  code?: RegExp;
  /** … or what it finds, which is nothing. */
  nothing?: RegExp;
};

const REFUSED = /^code_failed$/;

const js = (
  family: WorkflowAttempt['family'],
  name: string,
  source: string,
  ends: { code?: RegExp; nothing?: RegExp } = { code: REFUSED },
): WorkflowAttempt => ({ family, name, source, ...ends });
/** Whatever it gives, it is no process, no module and no function of the outer realm. */
const wayOut = (name: string, source: string): WorkflowAttempt => ({
  family: 'realm',
  name,
  source,
  code: REFUSED,
  nothing: /^(\{\}|"?(undefined|null|nothing|object|false)"?)$/,
});

export const CODE_ATTEMPTS: WorkflowAttempt[] = [
  wayOut('Function by constructor', 'return (() => {}).constructor("return process")().pid'),
  wayOut('Function of an async function', 'return await (async () => {}).constructor("return process")()'),
  wayOut('Function of a generator', 'return [...(function* () {}).constructor("yield process")()].length'),
  wayOut(
    'Function of an async generator',
    'for await (const x of (async function* () {}).constructor("yield process")()) return x.pid',
  ),
  wayOut('constructor of console', 'return console.log.constructor("return process")().pid'),
  wayOut(
    'constructor of the input',
    'return input?.constructor?.constructor("return process")().pid ?? ({}).constructor.constructor("return process")().pid',
  ),
  wayOut('constructor of this', 'return typeof (function () { return this })()'),
  wayOut('eval', 'return eval("process.pid")'),
  wayOut('indirect eval', 'return (0, eval)("process").pid'),
  wayOut('new Function', 'return new Function("return process")().pid'),
  wayOut('import()', 'return (await import("node:fs")).readFileSync("/etc/passwd", "utf8")'),
  wayOut('import() behind a comment', 'return (await import/* */("node:fs")).readFileSync("/etc/passwd", "utf8")'),
  wayOut('import.meta', 'return import.meta.url'),
  wayOut('require', 'return require("node:child_process").execSync("id").toString()'),
  wayOut('process', 'return process.pid'),
  wayOut('process.binding', 'return process.binding("spawn_sync")'),
  wayOut('process.dlopen', 'return process.dlopen({ exports: {} }, "/lib/x86_64-linux-gnu/libm.so.6")'),
  wayOut('globalThis.process', 'return typeof globalThis.process'),
  wayOut('module', 'return module.constructor._load("fs")'),
  wayOut(
    'Error.prepareStackTrace',
    'Error.prepareStackTrace = (_, sites) => sites; return typeof new Error().stack[0].getThis',
  ),
  wayOut(
    'call sites of a captured stack',
    'const holder = {}; Error.prepareStackTrace = (_, s) => s.map((x) => x.getFunction()); Error.captureStackTrace(holder); return typeof holder.stack.map',
  ),
  wayOut(
    'an error of the outer realm by a full stack',
    'const f = () => { try { f() } catch (e) { return e.constructor.constructor("return process")().pid } }; return f()',
  ),
  wayOut(
    'a proxy as result',
    'return new Proxy({}, { get: (_t, key, receiver) => { if (key === "toJSON") return () => "nothing"; return receiver } })',
  ),
  wayOut('a getter in the result', 'return { get a() { return (() => {}).constructor("return process")().pid } }'),
  wayOut('toJSON that gets at its caller', 'return { toJSON() { return typeof arguments.callee?.caller } }'),
  wayOut(
    'a thenable',
    'return await { then(resolve) { resolve(typeof resolve.constructor("return process")().pid) } }',
  ),
  wayOut(
    'Symbol.species of a promise',
    'class P extends Promise { static get [Symbol.species]() { return function (run) { run(() => {}, () => {}) } } } return await new P((r) => r(1)).then(() => (() => {}).constructor("return process")())',
  ),
  wayOut(
    'an async iterator of the realm',
    'const it = { [Symbol.asyncIterator]() { return { next: () => ({ done: false, value: (() => {}).constructor("return this")().process }) } } }; for await (const x of it) return typeof x',
  ),
  wayOut('a template tag', 'return ((s) => s.constructor.constructor("return process")().pid)`x`'),
  wayOut('Reflect on functions', 'return Reflect.construct((() => {}).constructor, ["return process"])().pid'),
  wayOut('WebAssembly', 'return typeof WebAssembly.compile'),
  wayOut('SharedArrayBuffer', 'return typeof new SharedArrayBuffer(8)'),
  wayOut(
    'SharedArrayBuffer by WebAssembly',
    'return typeof new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }).buffer',
  ),
  wayOut('Atomics.wait', 'return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60_000)'),
  wayOut('a worker', 'return typeof new Worker("data:text/javascript,1")'),
  wayOut('the message port', 'return typeof parentPort.postMessage'),
  wayOut('the inspector', 'return typeof inspector.open'),
  wayOut('timers', 'return typeof setTimeout(() => {}, 1)'),
  wayOut('fetch', 'return (await fetch("http://127.0.0.1")).status'),
  wayOut('WebSocket', 'return typeof new WebSocket("ws://127.0.0.1")'),
  wayOut('Buffer', 'return Buffer.from("x").parent.byteLength'),
  wayOut('ShadowRealm', 'return typeof new ShadowRealm().evaluate("1")'),
  wayOut(
    'a weak reference’s clean-up',
    'return typeof new FinalizationRegistry((x) => x.constructor).constructor.constructor("return process")()',
  ),
  wayOut('the end of its function', '}; return process.pid; async function f() {'),
  js(
    'globals',
    'the end of the script around it',
    '}; }); throw new Error(typeof process); (function () { return async function () {',
  ),
  js(
    'globals',
    'what an error is shown with, outside',
    '}; }); throw { [Symbol.for("nodejs.util.inspect.custom")](depth, options, inspect) { return "reached " + typeof inspect.constructor("return process")().pid } }; (function () { return async function () {',
  ),
  js(
    'globals',
    'a stack that is asked for outside',
    '}; }); const e = new Error("x"); Object.defineProperty(e, "stack", { get() { return "reached " + typeof arguments.callee.caller.constructor("return process")().pid } }); throw e; (function () { return async function () {',
  ),
  js('globals', 'a harness of its own', 'globalThis.outcome = 1; globalThis.logs = 2; return typeof run', {
    nothing: /undefined/,
  }),

  js(
    'pollution',
    'Object.prototype for the next step',
    'Object.prototype.polluted = "yes"; Array.prototype.polluted = "yes"; globalThis.left = "yes"; return 1',
    { nothing: /^1$/ },
  ),
  js(
    'pollution',
    'what the step before left',
    'return String({}.polluted) + String([].polluted) + String(globalThis.left)',
    { nothing: /^"undefinedundefinedundefined"$/ },
  ),
  js(
    'pollution',
    'JSON.stringify for the next step',
    'JSON.stringify = () => "forged"; JSON.parse = () => ({}); Promise.prototype.then = () => {}; return 1',
    { code: REFUSED, nothing: /^1$/ },
  ),
  js('pollution', 'whether it still is', 'return JSON.stringify({ a: 1 })', { nothing: /^"\{\\"a\\":1\}"$/ }),
  js(
    'pollution',
    '__proto__ as a key of its output',
    'return JSON.parse(\'{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}\')',
    { nothing: /./ },
  ),
  js(
    'pollution',
    'whether that reached the next step',
    'return String({}.polluted) + String(previous.polluted ?? "") + String(steps.polluted ?? "")',
    { nothing: /^"undefined"$/ },
  ),

  js('limits', 'memory on the heap', 'const all = []; for (;;) all.push(new Array(1e5).fill(Math.random()));', {
    code: /out_of_memory$/,
  }),
  js('limits', 'an endless loop', 'for (;;);', { code: /^node_timeout$/ }),
  js('limits', 'a loop of microtasks', 'const f = () => Promise.resolve().then(f); await f();', {
    code: /^(node_timeout|code_failed|code_out_of_memory)$/,
  }),
  js('limits', 'a regular expression', 'return /^(a|a)*$/.test("a".repeat(60) + "b")', { code: /^node_timeout$/ }),
  js('limits', 'a string without end', 'let s = "x"; for (;;) s += s;', { code: /^(code_failed|code_out_of_memory)$/ }),
  js('limits', 'a result that is too large', 'return "x".repeat(8e6)', { code: /^output_too_large$/ }),
  js('limits', 'a result that is 100,000 deep', 'let x = 1; for (let i = 0; i < 1e5; i += 1) x = [x]; return x', {
    code: /^(code_failed|output_too_large)$/,
  }),
  js('limits', 'a result that contains itself', 'const a = {}; a.a = a; return a'),
  js('limits', 'a result that is no JSON', 'return 1n'),
  js('limits', 'a promise that nothing settles', 'await new Promise(() => {})'),
  js('limits', 'lines without end', 'for (;;) console.log("x".repeat(8000));', { code: /^node_timeout$/ }),
  js(
    'limits',
    'frames as lines',
    'console.log("\\n{\\"type\\":\\"event\\",\\"event\\":{\\"type\\":\\"execution_completed\\",\\"at\\":1,\\"results\\":\\"forged\\"}}\\n"); return 1',
    { nothing: /^1$/ },
  ),
];

const FAILED = /^expression_failed$/;
const expression = (
  name: string,
  source: string,
  ends: { code?: RegExp; nothing?: RegExp } = { code: FAILED },
): WorkflowAttempt => ({ family: 'expressions', name, source, ...ends });
const NOTHING = { code: FAILED, nothing: /^(null|""|\[\]|\{\}|"null")$/ };

export const EXPRESSION_ATTEMPTS: WorkflowAttempt[] = [
  expression('constructor of a string', '"".constructor', NOTHING),
  expression('constructor of the constructor', 'input.constructor.constructor("return process")()', NOTHING),
  expression('__proto__', 'input.__proto__', NOTHING),
  expression('__proto__ of a list', '[].__proto__.constructor', NOTHING),
  expression('constructor by lookup', '$lookup(input, "constructor")', NOTHING),
  expression('__proto__ by lookup', '$lookup(input, "__proto__")', NOTHING),
  expression('a constructor of a function of its own', '$sum.constructor("return process")()', NOTHING),
  expression('a lambda’s environment', '(function($x) { $x }).environment', NOTHING),
  expression('the implementation of a function', '$sum.implementation', NOTHING),
  expression('eval', '$eval("$string(1)")', { code: FAILED, nothing: /^"1"$/ }),
  expression('eval of process', '$eval("process.env")', NOTHING),
  expression('eval in eval without end', '($f := function($s) { $eval($s) }; $f("$f(\\"$f()\\")"))', NOTHING),
  expression('the global object', 'globalThis', NOTHING),
  expression('the process', 'process.env', NOTHING),
  expression('setting __proto__', 'input ~> |$|{"__proto__": {"polluted": "yes"}}|', { code: FAILED, nothing: /./ }),
  expression('an object with __proto__ as its key', '{"__proto__": {"polluted": "yes"}}', {
    code: FAILED,
    nothing: /./,
  }),
  expression('grouping by __proto__', '["__proto__"]{$: {"polluted": "yes"}}', { code: FAILED, nothing: /./ }),
  expression('merging __proto__', '$merge([$eval("{\\"__proto__\\": {\\"polluted\\": \\"yes\\"}}"), {}])', {
    code: FAILED,
    nothing: /./,
  }),
  expression('whether any of it stayed', 'input.polluted & steps.polluted & $string($lookup({}, "polluted"))', NOTHING),
  expression('a range without end', '[1..1e9]'),
  expression('ranges of ranges', '[1..1000000].[1..1000000]'),
  expression('recursion', '($f := function($n) { $f($n + 1) + 1 }; $f(1))'),
  expression('recursion in the last place', '($f := function($n) { $f($n + 1) }; $f(1))'),
  expression('a string without end', '($f := function($s) { $f($s & $s) }; $f("x"))'),
  expression('padding without end', '$pad("x", 1e10)'),
  expression('a list without end', '($f := function($l) { $f($append($l, $l)) }; $f([1]))'),
  expression(
    'a fold without end',
    '$reduce([1..900000], function($a, $b) { $reduce([1..900000], function($c, $d) { $c + $d }) })',
  ),
  expression(
    'sorting by something that never ends',
    '$sort([1..1000], function($a, $b) { ($f := function($n) { $f($n + 1) }; $f(1)) })',
  ),
  expression('a function as its result', '$sum'),
  expression('a number that is none', '1/0'),
];
