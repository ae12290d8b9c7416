import { ExecutionError } from '../engine/execution-errors.ts';
import type { ExecuteContext } from './node-type.ts';

/** A template that gives an object: a single expression, or JSON text with expressions in it. Empty: `{}`. */
export const evaluateObject = async (
  { field, text }: { field: string; text: string },
  { evaluate }: Pick<ExecuteContext<unknown>, 'evaluate'>,
): Promise<Record<string, unknown>> => {
  const value = await evaluate(text);
  const parsed = typeof value === 'string' ? parseJson(value) : (value ?? {});
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return { ...parsed };
  throw new ExecutionError({
    code: 'node_failed',
    message: `${field} must be an object, and is ${describe(value)}.`,
    hint: 'Write {{ { "name": input.name } }}, or JSON such as { "name": "Ada" }.',
  });
};

const parseJson = (text: string): unknown => {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const describe = (value: unknown): string => {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'string' ? `the text “${value.slice(0, 100)}”` : `a ${typeof value}`;
};
