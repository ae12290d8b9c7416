import { REALM_SOURCE } from './realm-source.ts';

/** Contexts that wait for requests: making one takes longer than most code runs. They are made when nothing else is to do. */
const CONTEXTS_AHEAD = 6;
const IDLE_BEFORE_CONTEXT_MS = 5;

/** What stack traces call the user's code. */
export const SOURCE_NAME = 'code.js';

/**
 * The worker's own program, as text, because the sandbox is one bundled file. Before user code runs it
 * removes from its own realm everything that is not plain JavaScript, and freezes the rest: should that
 * code get hold of an object of this realm (a stack overflow inside Node's stack formatting throws one),
 * it finds no process, no require, no way to make functions from text, and no prototype to tamper with.
 *
 * It serves one request after another, each in a context of its own. In between it sleeps
 * in `Atomics.wait` and never returns to an event loop: of a request that has ended nothing can run any more, neither
 * a finalizer nor a rejected promise's handler.
 */
export const WORKER_SOURCE = `'use strict';
const { parentPort, receiveMessageOnPort, workerData } = require('node:worker_threads');
const vm = require('node:vm');
const process = globalThis.process;
const { wait } = Atomics;
const { parse, stringify } = JSON;
const post = parentPort.postMessage.bind(parentPort);
// Not by node:v8, which cannot be loaded in a thread of a process that was started from a snapshot.
const memoryUsage = process.memoryUsage.bind(process);
const cpuOfProcess = process.cpuUsage.bind(process);
const cpuOfThread = process.threadCpuUsage.bind(process);
const cpuMicros = () => {
  // Linux brings the figures of the thread up to date only on this occasion, and otherwise some ms later.
  cpuOfProcess();
  const { user, system } = cpuOfThread();
  return user + system;
};
const bell = new Int32Array(workerData.bell);
const { logs } = workerData;

// A promise that user code rejects and nobody awaits is no reason to stop.
process.on('unhandledRejection', () => {});

// What only some steps have stands outside: a workflow may have an item or an index of its own.
const compile = (body) =>
  new vm.Script('(function (item, index, feedback) { return async function (input, previous, steps) { "use strict";\\n' + body + '\\n}; })', {
    filename: ${JSON.stringify(SOURCE_NAME)},
    lineOffset: -1,
  });

/**
 * import() hands out a promise of this realm. Splitting the word breaks the syntax where it is code, and
 * does not where it stands in a string or a comment.
 */
const dynamicImportAt = (source) => {
  const pattern = /(?<![\\w$])import(?=(?:\\s|\\/\\*[^]*?\\*\\/|\\/\\/[^\\n\\r\\u2028\\u2029]*)*\\()/g;
  for (let found = pattern.exec(source); found; found = pattern.exec(source)) {
    try {
      compile(source.slice(0, found.index) + 'im port' + source.slice(found.index + 6));
    } catch {
      return found.index;
    }
  }
  return -1;
};

const freezeChain = (value) => {
  for (let next = value; next; next = Object.getPrototypeOf(next)) Object.freeze(next);
};

const layOff = (builtins) => {
  const kept = new Set(builtins);
  for (const name of ['eval', 'Function', 'WebAssembly']) kept.delete(name);
  for (const key of Reflect.ownKeys(globalThis)) {
    if (!kept.has(key)) Reflect.deleteProperty(globalThis, key);
  }
  const makers = [function () {}, async function () {}, function* () {}, async function* () {}];
  for (const maker of makers) {
    Object.defineProperty(Object.getPrototypeOf(maker), 'constructor', { value: undefined });
    Object.freeze(Object.getPrototypeOf(maker));
  }
  // Those have no name to be found by.
  const iterators = [[].values(), ''[Symbol.iterator](), new Map().keys(), new Set().keys(), ''.matchAll(/x/g)];
  const generators = [makers[2].prototype, makers[3].prototype];
  for (const hidden of [...iterators, ...generators, Uint8Array]) freezeChain(Object.getPrototypeOf(hidden));
  for (const name of kept) {
    const value = globalThis[name];
    if (typeof value !== 'function' && typeof value !== 'object') continue;
    if (value !== globalThis) Object.freeze(value);
    if (value?.prototype) Object.freeze(value.prototype);
  }
};

const harness = new vm.Script(${JSON.stringify(REALM_SOURCE)}, { filename: 'realm.js' });
const settled = new vm.Script('0');

const prepare = () => {
  const realm = vm.createContext(vm.constants.DONT_CONTEXTIFY, {
    codeGeneration: { strings: false, wasm: false },
    microtaskMode: 'afterEvaluate',
  });
  return { realm, inside: harness.runInContext(realm)(logs) };
};

/** The outcome, as JSON. */
const run = ({ realm, inside }, { source, variables }) => {
  let script;
  try {
    script = compile(source);
  } catch (error) {
    return stringify({ state: 'syntax', error: { name: error.name, message: error.message, stack: String(error.stack) } });
  }
  const importAt = dynamicImportAt(source);
  if (importAt >= 0) return stringify({ state: 'import', line: source.slice(0, importAt).split('\\n').length });
  inside.run(script.runInContext(realm), variables);
  settled.runInContext(realm); // drains the context's microtasks
  return inside.outcome();
};

/**
 * Nothing that is thrown leaves this thread: to hand it on, Node would load node:v8 here. It is not looked at either, since
 * code that closes the function around it (\`}; }); throw …\`) throws objects whose every property is its own.
 */
const runSafely = (context, message) => {
  try {
    return run(context, message);
  } catch {
    const what = 'The code is not the body of one function.';
    return stringify({ state: 'threw', error: { name: '', message: what, stack: '' } });
  }
};

const first = prepare();
layOff(parse(first.inside.builtins()));
const ahead = [first];
post({ type: 'ready' });
for (let served = 0; ; served += 1) {
  while (wait(bell, 0, served, ahead.length < ${CONTEXTS_AHEAD} ? ${IDLE_BEFORE_CONTEXT_MS} : Infinity) === 'timed-out') {
    ahead.push(prepare());
  }
  const { message } = receiveMessageOnPort(parentPort);
  const before = cpuMicros();
  const outcome = runSafely(ahead.pop() ?? prepare(), message);
  const took = cpuMicros() - before;
  const { heapUsed, external } = memoryUsage();
  post({ type: 'outcome', outcome, cpuMicros: took, heldBytes: heapUsed + external });
}
`;
