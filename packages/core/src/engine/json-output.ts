import { messageOf } from '../errors/to-execution-error.ts';
import { ExecutionError } from './execution-errors.ts';
import { MAX_OUTPUT_BYTES } from './limits.ts';

/** A JSON value, and its size as UTF-8 text. */
export type JsonOutput = { value: unknown; bytes: number };

/**
 * What a step hands on, as it will be read back when the execution is resumed: through JSON and back, so that later
 * steps see the same either way. Nothing becomes `null`. `name` is for the message.
 * Throws `output_invalid` for what JSON cannot hold and `output_too_large` above 4 MiB.
 */
export const toJsonOutput = (value: unknown, name: string): JsonOutput => {
  const text = stringify(value, name);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_OUTPUT_BYTES) throw outputTooLarge(bytes, name);
  return { value: JSON.parse(text), bytes };
};

/** For an output that was read back: it is JSON already and was measured when it was made. */
export const sizedJson = (value: unknown): JsonOutput => ({
  value,
  bytes: Buffer.byteLength(JSON.stringify(value) ?? 'null'),
});

export const outputTooLarge = (bytes: number, name: string): ExecutionError =>
  new ExecutionError({
    code: 'output_too_large',
    message: `${name} is ${formatMebibytes(bytes)}; at most ${formatMebibytes(MAX_OUTPUT_BYTES)} can be handed on.`,
    hint: 'Hand on only the fields that later steps need.',
  });

export const formatMebibytes = (bytes: number): string => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

const stringify = (value: unknown, name: string): string => {
  try {
    return JSON.stringify(value) ?? 'null';
  } catch (error) {
    throw new ExecutionError(
      {
        code: 'output_invalid',
        message: `${name} is not JSON: ${messageOf(error)}`,
        hint: 'Hand on plain data: text, numbers, true or false, null, lists and objects.',
      },
      { cause: error },
    );
  }
};
