import { Ajv2020 } from 'ajv/dist/2020.js';
import { ExecutionError } from '../../engine/execution-errors.ts';
import { messageOf } from '../../errors/to-execution-error.ts';

/** Where a value does not satisfy a JSON Schema given as text; empty text asks for nothing. Throws `invalid_workflow`. */
export const schemaProblems = (schema: string, value: unknown): string[] => {
  if (schema.trim() === '') return [];
  const validate = compile(schema);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || 'The output'} ${message}.`);
};

const compile = (schema: string) => {
  try {
    const { $schema: _, ...parsed }: Record<string, unknown> = JSON.parse(schema);
    return new Ajv2020({ strict: false, allErrors: true, logger: false, validateFormats: false }).compile(parsed);
  } catch (cause) {
    throw new ExecutionError(
      {
        code: 'invalid_workflow',
        message: `The JSON Schema of a criterion cannot be used: ${messageOf(cause)}.`,
        hint: 'Correct the schema in the evaluation’s criteria.',
      },
      { cause },
    );
  }
};
