import type { Execute } from '../node-type.ts';
import type { TransformConfig } from './definition.ts';

export const executeTransform: Execute<TransformConfig> = async ({ config, evaluate, query }) => {
  const output = config.mode === 'template' ? await evaluate(config.template) : await query(config.expression);
  return { output: output ?? null };
};
