import { REALM_SOURCE } from './realm-source.ts';

/** What stack traces call the user's code. */
export const SOURCE_NAME = 'code.js';

/**
 * The worker's own program, as text, because the sandbox is one bundled file. Before user code runs it
 * removes from its own realm everything that is not plain JavaScript, and freezes the rest: should that
 * code get hold of an object of this realm (a stack overflow inside Node's stack formatting throws one),
 * it finds no process, no require, no way to make functions from text, and no prototype to tamper with.
 */
export const WORKER_SOURCE = `'use strict';
const { parentPort, workerData } = require('node:worker_threads');
const vm = require('node:vm');
const process = globalThis.process;
const post = parentPort.postMessage.bind(parentPort);
const source = String(workerData.source);

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
const dynamicImportAt = () => {
  const pattern = /(?<![\\w$])import(?=(?:\\s|\\/\\*[^]*?\\*\\/|\\/\\/[^\\n\\r\\u2028\\u2029]*)*\\()/g;
  for (const { index } of source.matchAll(pattern)) {
    try {
      compile(source.slice(0, index) + 'im port' + source.slice(index + 6));
    } catch {
      return index;
    }
  }
  return -1;
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
  for (const name of kept) {
    const value = globalThis[name];
    if (typeof value !== 'function' && typeof value !== 'object') continue;
    if (value !== globalThis) Object.freeze(value);
    if (value?.prototype) Object.freeze(value.prototype);
  }
};

const run = () => {
  let script;
  try {
    script = compile(source);
  } catch (error) {
    return { state: 'syntax', error: { name: error.name, message: error.message, stack: String(error.stack) } };
  }
  const importAt = dynamicImportAt();
  if (importAt >= 0) return { state: 'import', line: source.slice(0, importAt).split('\\n').length };

  const realm = vm.createContext(vm.constants.DONT_CONTEXTIFY, {
    codeGeneration: { strings: false, wasm: false },
    microtaskMode: 'afterEvaluate',
  });
  const harness = new vm.Script(${JSON.stringify(REALM_SOURCE)}, { filename: 'realm.js' }).runInContext(realm);
  const settled = new vm.Script('0');
  post({ type: 'logs', memory: harness.logs });
  layOff(JSON.parse(harness.builtins));

  harness.run(script.runInContext(realm), workerData.variables);
  settled.runInContext(realm); // drains the context's microtasks
  return JSON.parse(harness.outcome());
};

post({ type: 'outcome', outcome: run() });
`;
