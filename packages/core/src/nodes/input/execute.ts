import { ExecutionError } from '../../engine/execution-errors.ts';
import type { Execute } from '../node-type.ts';
import { validateInput, withInputDefaults } from './check-input.ts';
import type { InputConfig } from './definition.ts';

export const executeInput: Execute<InputConfig> = async ({ config, input }) => {
  const problems = validateInput(config, input);
  if (problems.length > 0) {
    throw new ExecutionError({
      code: 'node_failed',
      message: problems.map(({ field, message }) => (field ? `${field}: ${message}` : message)).join(' '),
      hint: 'Start the workflow with an input that has these fields.',
    });
  }
  return { output: withInputDefaults(config, input) ?? null };
};
