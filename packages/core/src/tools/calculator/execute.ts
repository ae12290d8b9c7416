import type { ExecuteTool } from '../tool.ts';
import { toolFailed } from '../tool-error.ts';
import { CalculationError, calculate } from './calculate.ts';
import type { CalculatorInput } from './definition.ts';

export const executeCalculator: ExecuteTool<CalculatorInput, unknown> = async ({ expression }) => {
  try {
    return { expression, result: calculate(expression) };
  } catch (error) {
    if (!(error instanceof CalculationError)) throw error;
    throw toolFailed({
      message: `expression: ${error.message}, at character ${error.position} of “${expression.slice(0, 200)}”.`,
      hint: 'Write plain arithmetic with numbers, such as (1200 * 1.19) / 3.',
      cause: error,
    });
  }
};
