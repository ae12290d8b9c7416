import { z } from 'zod';
import { template } from '../../definition/fields.ts';
import type { NodeDefinition } from '../node-type.ts';

export const calculatorConfig = z.strictObject({
  expression: template({
    title: 'Expression',
    description: 'Arithmetic, with {{ }} for the numbers of earlier steps.',
    multiline: false,
    placeholder: 'round({{ input.price }} * 1.19, 2)',
  }).min(1, 'write what to calculate'),
});
export type CalculatorConfig = z.output<typeof calculatorConfig>;

export const calculatorDefinition: NodeDefinition<typeof calculatorConfig> = {
  type: 'calculator',
  title: 'Calculator',
  summary: 'Calculates and hands on the number.',
  aliases: ['math', 'arithmetic', 'number', 'sum', 'percent', 'formula', 'compute'],
  category: 'data',
  icon: 'Calculator',
  config: calculatorConfig,
  defaults: { expression: '{{ previous }} * 1.19' },
  inputs: [{ id: 'in', label: 'Input' }],
  outputs: () => [{ id: 'out', label: 'Result' }],
  defaultTimeoutMs: 10_000,
};
