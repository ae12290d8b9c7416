import { z } from 'zod';
import type { ToolDefinition } from '../tool.ts';

export const calculatorSettings = z.strictObject({});

export const calculatorInput = z.strictObject({
  expression: z.string().trim().min(1).max(2_000).meta({
    description:
      'Arithmetic such as (1200 * 1.19) / 3. Knows + - * / % ^, parentheses, pi, e and sqrt, cbrt, abs, round(x, digits), floor, ceil, trunc, min, max, sum, mean, pow, exp, ln, log10, log2, sin, cos, tan, asin, acos, atan.',
  }),
});
export type CalculatorInput = z.output<typeof calculatorInput>;

export const calculatorTool: ToolDefinition<typeof calculatorInput, typeof calculatorSettings> = {
  name: 'calculator',
  title: 'Calculator',
  description: 'Calculates exactly what you write. Use it for every calculation, rather than your own head.',
  icon: 'Calculator',
  input: calculatorInput,
  settings: calculatorSettings,
  defaults: {},
  touches: ['nothing'],
  isRepeatable: () => true,
};
