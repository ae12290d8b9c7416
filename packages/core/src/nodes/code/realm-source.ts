/**
 * Runs first inside the bare context of a Code node, takes the shared memory for its log, and gives the worker what user
 * code cannot reach: `run` and `outcome`. Only strings and shared memory cross
 * between the two realms: an object or a function of the outer one, even an error thrown by it, would
 * lead user code to the outer `Function` and from there out of the context.
 *
 * A bare context has no timers and no input, so an async function has either settled when the microtasks
 * are done, or never will.
 *
 * Layout of the log, in 16-bit units after a header of two Int32 (units written, lines left out): per line
 * a level, a length, then the text.
 */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export const LOG_HEADER_BYTES = 8;
const MAX_LOG_UNITS = 256 * 1024;
const MAX_LOG_LINES = 1_000;
const MAX_LINE_UNITS = 8 * 1024;

export const LOG_BYTES = LOG_HEADER_BYTES + 2 * MAX_LOG_UNITS;

export const REALM_SOURCE = String.raw`((memory) => {
  'use strict';
  const { parse, stringify } = JSON;
  const { store } = Atomics;
  const { defineProperty, getOwnPropertyNames } = Object;

  // A stack trace hook would be handed the call sites of the outer realm.
  defineProperty(Error, 'prepareStackTrace', { value: undefined, writable: false, configurable: false });
  defineProperty(globalThis, 'Error', { value: Error, writable: false, configurable: false });

  const header = new Int32Array(memory, 0, 2);
  const units = new Uint16Array(memory, ${LOG_HEADER_BYTES});
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics']) delete globalThis[name];

  let written = 0;
  let lines = 0;
  let leftOut = 0;
  const write = (level, text) => {
    const line = text.length > ${MAX_LINE_UNITS} ? text.slice(0, ${MAX_LINE_UNITS} - 1) + '…' : text;
    if (lines >= ${MAX_LOG_LINES} || written + 2 + line.length > ${MAX_LOG_UNITS}) {
      store(header, 1, ++leftOut);
      return;
    }
    units[written] = level;
    units[written + 1] = line.length;
    for (let i = 0; i < line.length; i++) units[written + 2 + i] = line.charCodeAt(i);
    written += 2 + line.length;
    lines += 1;
    store(header, 0, written);
  };

  // The frames below the user's own belong to this file and to Node.
  const ownStack = (error) => String(error.stack || error).split('\n    at work (realm.js')[0];

  const show = (value) => {
    if (typeof value === 'string') return value;
    try {
      if (value instanceof Error) return ownStack(value);
      if (value instanceof Map || value instanceof Set) return value.constructor.name + ' ' + stringify([...value]);
      if (typeof value === 'function') return '[function ' + (value.name || 'anonymous') + ']';
      const text = typeof value === 'object' && value !== null ? stringify(value) : undefined;
      return text === undefined ? String(value) : text;
    } catch {
      return '[a value that cannot be shown]';
    }
  };
  const printer = (level) => (...values) => write(level, values.map(show).join(' '));
  const [debug, info, warn, error] = [0, 1, 2, 3].map(printer);
  globalThis.console = {
    debug, trace: debug, log: info, info, dir: info, table: info, warn, error,
    assert: (condition, ...values) => { if (!condition) error('Assertion failed:', ...values); },
  };

  const place = (path, key) => (key === '' ? 'the result' : '"' + key + '" in the result');
  const refuse = (what) => { throw new TypeError(what + ' is not JSON.'); };
  function onlyJson(key, value) {
    if (typeof value === 'function') refuse('A function at ' + place(this, key));
    if (typeof value === 'symbol') refuse('A symbol at ' + place(this, key));
    if (typeof value === 'bigint') refuse('A BigInt at ' + place(this, key));
    if (value instanceof Promise) refuse('A promise (is an await missing?) at ' + place(this, key));
    if (value instanceof Map) refuse('A Map (use Object.fromEntries) at ' + place(this, key));
    if (value instanceof Set) refuse('A Set (use [...set]) at ' + place(this, key));
    return value;
  }

  const describe = (thrown) => {
    try {
      if (thrown instanceof Error) {
        return { name: String(thrown.name), message: String(thrown.message), stack: ownStack(thrown) };
      }
      return { name: '', message: show(thrown), stack: '' };
    } catch {
      return { name: '', message: 'The code threw a value that cannot be shown.', stack: '' };
    }
  };

  let outcome = stringify({ state: 'pending' });
  const settle = (next) => { outcome = next; };
  const work = async (main, variables) => {
    const { input, previous, steps, item, index, feedback } = parse(variables);
    let result;
    try {
      result = await main(item, index, feedback)(input, previous, steps);
    } catch (thrown) {
      return settle(stringify({ state: 'threw', error: describe(thrown) }));
    }
    try {
      settle(stringify({ state: 'returned', json: result === undefined ? 'null' : stringify(result, onlyJson) }));
    } catch (thrown) {
      settle(stringify({ state: 'not_json', error: describe(thrown) }));
    }
  };

  return {
    builtins: () => stringify(getOwnPropertyNames(globalThis)),
    run: (main, variables) => { work(main, variables); },
    outcome: () => outcome,
  };
})`;
