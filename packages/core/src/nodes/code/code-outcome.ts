import { z } from 'zod';
import { ExecutionError } from '../../engine/execution-errors.ts';
import { SOURCE_NAME } from './worker-source.ts';

const thrownSchema = z.object({ name: z.string(), message: z.string(), stack: z.string() });
type Thrown = z.infer<typeof thrownSchema>;

/** How one run of user code ended, as the worker reports it. */
export const outcomeSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('returned'), json: z.string() }),
  z.object({ state: z.literal('threw'), error: thrownSchema }),
  z.object({ state: z.literal('not_json'), error: thrownSchema }),
  z.object({ state: z.literal('syntax'), error: thrownSchema }),
  /** `import()` stands at the line. */
  z.object({ state: z.literal('import'), line: z.int() }),
  /** The function awaits something that nothing can settle. */
  z.object({ state: z.literal('pending') }),
]);
export type CodeOutcome = z.infer<typeof outcomeSchema>;

const MAX_MESSAGE_LENGTH = 2_000;

const NO_NETWORK = 'Code nodes have no network; use an HTTP Request node.';
const NO_MODULES = 'Code nodes cannot load modules; everything must be in the code itself.';
const NO_TIMERS = 'Code nodes have no timers; use a Delay node to wait.';
const NO_SYSTEM = 'Code nodes see neither the system nor its files; they work on input, previous and steps.';
const NO_BROWSER = 'Code nodes do not run in a browser.';
const NO_TEXT_CODE = 'Code nodes cannot make code from text.';

const HINTS_BY_NAME: Record<string, string> = {
  fetch: NO_NETWORK,
  XMLHttpRequest: NO_NETWORK,
  WebSocket: NO_NETWORK,
  EventSource: NO_NETWORK,
  navigator: NO_NETWORK,
  require: NO_MODULES,
  module: NO_MODULES,
  exports: NO_MODULES,
  setTimeout: NO_TIMERS,
  setInterval: NO_TIMERS,
  setImmediate: NO_TIMERS,
  queueMicrotask: NO_TIMERS,
  process: NO_SYSTEM,
  global: NO_SYSTEM,
  Buffer: NO_SYSTEM,
  Deno: NO_SYSTEM,
  Bun: NO_SYSTEM,
  window: NO_BROWSER,
  document: NO_BROWSER,
  localStorage: NO_BROWSER,
  alert: NO_BROWSER,
};

const hintFor = (error: Thrown): string | undefined => {
  if (error.name === 'EvalError') return NO_TEXT_CODE;
  if (error.name === 'SyntaxError' && error.message.includes('import')) return NO_MODULES;
  const missing = /^(?:globalThis\.)?(\w+) is not (?:defined|a function|a constructor)/.exec(error.message)?.[1];
  return missing && Object.hasOwn(HINTS_BY_NAME, missing) ? HINTS_BY_NAME[missing] : undefined;
};

/** The first line of the user's source that the stack names. */
const lineOf = (error: Thrown, source: string): number | undefined => {
  const found = new RegExp(`${SOURCE_NAME.replace('.', '\\.')}:(\\d+)`).exec(error.stack)?.[1];
  // A missing bracket is noticed behind the last line, which is not the user's.
  return found === undefined ? undefined : Math.min(Number(found), source.trimEnd().split('\n').length);
};

const failed = (message: string, hint?: string) =>
  new ExecutionError({ code: 'code_failed', message: message.slice(0, MAX_MESSAGE_LENGTH), hint });

const described = (error: Thrown, source: string) => {
  const line = lineOf(error, source);
  const what = error.name === '' ? `The code threw: ${error.message}` : `${error.name}: ${error.message}`;
  return line === undefined ? what : `Line ${line}: ${what}`;
};

/** The failure as people read it: with the line in their source, and what to do instead. */
export const describeFailure = (
  outcome: Exclude<CodeOutcome, { state: 'returned' }>,
  source: string,
): ExecutionError => {
  switch (outcome.state) {
    case 'syntax':
    case 'threw':
      return failed(described(outcome.error, source), hintFor(outcome.error));
    case 'not_json':
      return failed(
        `What the code returned is not JSON: ${outcome.error.message}`,
        'Return objects, lists, text, numbers, true, false or null.',
      );
    case 'import':
      return failed(`Line ${outcome.line}: import() is not available.`, NO_MODULES);
    case 'pending':
      return failed('The code waits for a promise that nothing settles.', NO_TIMERS);
  }
};
