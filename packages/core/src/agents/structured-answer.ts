import { ExecutionError } from '../engine/execution-errors.ts';
import { isExecutionError } from '../errors/to-execution-error.ts';
import type { ModelResponse } from '../models/model-call.ts';
import { checkOutput, type OutputSchema } from './output-schema.ts';

export type StructuredAnswer = { output: unknown; problem?: undefined } | { problem: ExecutionError };

/** The answer as the object that the schema asks for, or what is wrong with it (`output_invalid`). */
export const readStructuredAnswer = (schema: OutputSchema, response: ModelResponse): StructuredAnswer => {
  try {
    const output = response.output === undefined ? parseAnswer(response.text) : response.output;
    checkOutput(schema, output);
    return { output };
  } catch (error) {
    // A schema that cannot be used is not the model's affair.
    if (isExecutionError(error) && error.data.code === 'output_invalid') return { problem: error };
    throw error;
  }
};

/** What the model is told before it may try once more. */
export const repairRequest = ({ data }: ExecutionError): string =>
  `Your answer cannot be used. ${data.message}\nAnswer again with nothing but JSON that satisfies the schema, without a fence and without a comment.`;

/** Models like to wrap JSON in a fence. */
const parseAnswer = (text: string): unknown => {
  const bare = /^\s*```(?:json)?\s*\n([\s\S]*?)\n?```\s*$/.exec(text)?.[1] ?? text;
  try {
    return JSON.parse(bare);
  } catch (cause) {
    throw new ExecutionError(
      {
        code: 'output_invalid',
        message: 'The model answered with text that is not JSON.',
        hint: 'Allow a retry, or choose a model with structured output.',
      },
      { cause },
    );
  }
};
