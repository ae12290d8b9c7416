import { ExecutionError } from '../../engine/execution-errors.ts';
import { evaluateTemplate } from '../../expressions/template.ts';
import { isTruthy } from '../condition/is-truthy.ts';
import type { Execute, ExecuteContext } from '../node-type.ts';
import type { LoopConfig } from './definition.ts';

export const executeLoop: Execute<LoopConfig> = async (context) => {
  const { config, signal, runBody } = context;
  let output: unknown = context.previous ?? null;
  for (let index = 0; index < config.maxRounds; index += 1) {
    signal.throwIfAborted();
    output = await runBody({ index, previous: output });
    if (await isDone(context, output, index)) return { output, reason: `It was done after ${rounds(index + 1)}.` };
  }
  if (config.onLimit === 'fail') throw limitReached(config.maxRounds);
  return { output, reason: `It ended at the limit of ${rounds(config.maxRounds)}.` };
};

/** Sees the round that has just ended, and of the steps those that lead to the loop. */
const isDone = async (context: ExecuteContext<LoopConfig>, previous: unknown, index: number): Promise<boolean> => {
  const { config, input, steps, item, feedback } = context;
  const scope = {
    input,
    steps,
    previous,
    index,
    ...(item === undefined ? {} : { item }),
    ...(feedback ? { feedback } : {}),
  };
  return isTruthy(await evaluateTemplate(config.until, scope));
};

const rounds = (count: number): string => (count === 1 ? '1 round' : `${count} rounds`);

const limitReached = (maxRounds: number): ExecutionError =>
  new ExecutionError({
    code: 'step_limit',
    message: `The condition was not met within ${rounds(maxRounds)}.`,
    hint: 'Allow more rounds, loosen the condition, or let the loop go on with its last output.',
  });
