import { Ajv2020 } from 'ajv/dist/2020.js';
import { ExecutionError } from '../engine/execution-errors.ts';

export type OutputSchema = Record<string, unknown>;

/** The node's output schema; `undefined` when it has none. */
export const parseOutputSchema = (text: string): OutputSchema | undefined => {
  if (text.trim() === '') return undefined;
  try {
    const { $schema: _, ...schema }: OutputSchema = JSON.parse(text);
    return schema;
  } catch (cause) {
    throw schemaError('it is not JSON', cause);
  }
};

/** Throws `output_invalid` naming each place where the answer does not fit the schema. */
export const checkOutput = (schema: OutputSchema, output: unknown): void => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false, validateFormats: false });
  const validate = compile(ajv, schema);
  if (validate(output)) return;
  const problems = (validate.errors ?? []).map((error) => `${error.instancePath || 'the answer'} ${error.message}`);
  throw new ExecutionError({
    code: 'output_invalid',
    message: `The model's answer does not fit the output schema: ${problems.slice(0, 5).join('; ')}.`,
    hint: 'Say in the prompt what the answer must hold, allow a retry, or loosen the schema.',
  });
};

const compile = (ajv: Ajv2020, schema: OutputSchema) => {
  try {
    return ajv.compile(schema);
  } catch (cause) {
    throw schemaError(cause instanceof Error ? cause.message : String(cause), cause);
  }
};

const schemaError = (what: string, cause: unknown): ExecutionError =>
  new ExecutionError(
    {
      code: 'invalid_workflow',
      message: `The output schema cannot be used: ${what}.`,
      hint: 'Correct the agent’s output schema.',
    },
    { cause },
  );
