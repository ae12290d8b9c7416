import { calculatorTool } from '../../tools/calculator/definition.ts';
import { executeCalculator as execute } from '../../tools/calculator/execute.ts';
import type { Execute } from '../node-type.ts';
import { runTool } from '../run-tool.ts';
import type { CalculatorConfig } from './definition.ts';

export const executeCalculator: Execute<CalculatorConfig> = async (context) => {
  const input = { expression: await context.render(context.config.expression) };
  return { output: await runTool({ definition: calculatorTool, execute }, { input, settings: {} }, context) };
};
