import { Ajv2020 } from 'ajv/dist/2020.js';
import { inputRefused } from './tool-input.ts';

/**
 * Checks what a model gave against a JSON Schema that came from elsewhere; `tool_failed` names each field. A schema
 * that cannot be used checks nothing: whoever it belongs to checks again.
 */
export const createJsonCheck = (name: string, schema: Record<string, unknown>): ((input: unknown) => void) => {
  const validate = compile(schema);
  return (input) => {
    if (!validate || validate(input)) return;
    throw inputRefused(
      name,
      (validate.errors ?? []).map(({ instancePath, message = 'does not fit', params }) => {
        const extra = 'additionalProperty' in params ? ` (${params.additionalProperty})` : '';
        return `${instancePath.slice(1).replaceAll('/', '.') || 'the input'} ${message}${extra}`;
      }),
    );
  };
};

const compile = ({ $schema: _, $id: __, ...schema }: Record<string, unknown>) => {
  try {
    return new Ajv2020({ strict: false, allErrors: true, logger: false, validateFormats: false }).compile(schema);
  } catch {
    return undefined;
  }
};
