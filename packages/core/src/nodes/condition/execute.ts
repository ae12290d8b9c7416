import type { ExecuteContext, ExecuteResult } from '../node-type.ts';
import { type ConditionConfig, DEFAULT_PORT } from './definition.ts';
import { isTruthy } from './is-truthy.ts';

const MAX_SHOWN_LENGTH = 80;

const asText = (value: unknown): string => {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const shown = (value: unknown): string => {
  const text = JSON.stringify(value ?? null);
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text;
};

const comparable = (value: unknown): string => asText(value).trim().toLowerCase();

export const executeCondition = async (context: ExecuteContext<ConditionConfig>): Promise<ExecuteResult> => {
  const { port, reason } = context.config.mode === 'if' ? await decide(context) : await choose(context);
  return { output: context.previous ?? null, ports: [port], reason };
};

const decide = async ({ config, evaluate }: ExecuteContext<ConditionConfig>) => {
  const value = await evaluate(config.condition);
  const port = isTruthy(value) ? 'true' : 'false';
  return { port, reason: `The condition gave ${shown(value)}, which counts as ${port}.` };
};

const choose = async ({ config, evaluate }: ExecuteContext<ConditionConfig>) => {
  const value = await evaluate(config.value);
  for (const one of config.cases) {
    if (comparable(await evaluate(one.equals)) === comparable(value)) {
      return { port: one.id, reason: `${shown(value)} equals the case "${one.label || one.equals}".` };
    }
  }
  return { port: DEFAULT_PORT, reason: `${shown(value)} equals none of the ${config.cases.length} cases.` };
};
