import { ExecutionError } from '../engine/execution-errors.ts';
import { messageOf } from '../errors/to-execution-error.ts';

/** What a model reads of one tool's result, in characters of JSON: about 5,000 tokens. */
export const MAX_TOOL_RESULT_LENGTH = 20_000;

/** A tool's result as the model reads it: JSON, and cut where it is longer than a model should be given. */
export const boundToolResult = (output: unknown): unknown => {
  const text = toJson(output);
  if (text.length <= MAX_TOOL_RESULT_LENGTH) return JSON.parse(text);
  const whole = typeof output === 'string' ? output : text;
  return `${cut(whole)}\n[Cut off: the first ${MAX_TOOL_RESULT_LENGTH} of ${whole.length} characters.]`;
};

/** Half of a surrogate pair is no text. */
const cut = (text: string): string => text.slice(0, MAX_TOOL_RESULT_LENGTH).replace(/[\uD800-\uDBFF]$/, '');

const toJson = (output: unknown): string => {
  try {
    return JSON.stringify(output) ?? 'null';
  } catch (cause) {
    throw new ExecutionError(
      {
        code: 'tool_failed',
        message: `The tool’s result is not JSON: ${messageOf(cause)}`,
        hint: 'Let the tool return plain data: text, numbers, true or false, null, lists and objects.',
      },
      { cause },
    );
  }
};
