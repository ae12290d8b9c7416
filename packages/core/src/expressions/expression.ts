import jsonata from 'jsonata';
import { ExecutionError } from '../engine/execution-errors.ts';
import { toPlainJson } from './plain-json.ts';
import { followPath, plainPathOf } from './plain-path.ts';

/**
 * What an expression sees: `input`, `previous`, `steps.<id>.output`, `execution.id`; in a container's body `item` (map) and
 * `index`; in a step that an evaluation sent back `feedback`. JSON values only.
 */
export type ExpressionScope = {
  input: unknown;
  previous: unknown;
  steps: Record<string, { output: unknown }>;
  execution?: { id: string };
  item?: unknown;
  index?: number;
  feedback?: unknown;
};

/**
 * Limits of one evaluation: they end an endless loop, an endless recursion and a list that would fill the memory.
 * JSONata runs on the engine's own thread, so the time limit is also the longest time that nothing else happens.
 */
const LIMITS = { timeout: 2_000, stack: 3_000, sequence: 1_000_000 };

/** Compiling takes five times as long as evaluating; the oldest entry goes first. */
const CACHE_SIZE = 2_000;
const compiled = new Map<string, Compiled>();
type Compiled = { expression: jsonata.Expression; path: readonly string[] | undefined };

const MAX_QUOTED_LENGTH = 200;

/** The expression's text is not JSONata. */
export class ExpressionSyntaxError extends Error {
  override readonly name = 'ExpressionSyntaxError';
  /** Where in the expression, in characters from 0. */
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

/** Throws `ExpressionSyntaxError`. */
export const compileExpression = (source: string): jsonata.Expression => compiledOf(source).expression;

const compiledOf = (source: string): Compiled => {
  const known = compiled.get(source);
  if (known) return known;
  const made = compile(source);
  const [oldest] = compiled.keys();
  if (compiled.size >= CACHE_SIZE && oldest !== undefined) compiled.delete(oldest);
  compiled.set(source, made);
  return made;
};

const compile = (source: string): Compiled => {
  try {
    const expression = jsonata(source, LIMITS);
    return { expression, path: plainPathOf(expression) };
  } catch (error) {
    const { message, position } = readJsonataError(error);
    throw new ExpressionSyntaxError(message, position);
  }
};

/** A bare JSONata expression's value as plain JSON; nothing gives `null`. Throws `expression_failed`. */
export const evaluateExpression = async (source: string, scope: ExpressionScope): Promise<unknown> => {
  try {
    const { expression, path } = compiledOf(source);
    const found = path && followPath(path, scope);
    if (found) return found.value;
    const value: unknown = await expression.evaluate(scope);
    return isPlainAlready(value, scope) ? value : toPlainJson(value);
  } catch (error) {
    throw new ExecutionError(
      {
        code: 'expression_failed',
        message: `The expression ${quote(source)} failed: ${readJsonataError(error).message}`,
        hint: 'Check the expression against the data of this step’s input.',
      },
      { cause: error },
    );
  }
};

/**
 * Whether the expression does no more than name a value that is there: then it takes no time that counts. What goes
 * through a list is not plain, nor is what does not compile.
 */
export const isPlainExpression = (source: string, scope: ExpressionScope): boolean => {
  try {
    const { path } = compiledOf(source);
    return path !== undefined && followPath(path, scope) !== undefined;
  } catch {
    return false;
  }
};

/** Some expressions hand on a value as it is; a walk through megabytes of it would change nothing. */
const isPlainAlready = (value: unknown, scope: ExpressionScope): boolean =>
  value === scope.previous || value === scope.input;

const quote = (source: string): string => {
  const text = source.trim();
  return `“${text.length > MAX_QUOTED_LENGTH ? `${text.slice(0, MAX_QUOTED_LENGTH)}…` : text}”`;
};

/** JSONata throws plain objects as well as errors. */
const readJsonataError = (error: unknown): { message: string; position: number } => {
  if (error instanceof RangeError) return { message: 'it is nested too deeply.', position: 0 };
  if (typeof error !== 'object' || error === null) return { message: String(error), position: 0 };
  return {
    message: 'message' in error && typeof error.message === 'string' ? error.message : 'It failed without saying why.',
    // JSONata counts to the end of the token it stumbled over.
    position: 'position' in error && typeof error.position === 'number' ? Math.max(0, error.position - 1) : 0,
  };
};
