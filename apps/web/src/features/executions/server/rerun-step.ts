import { AppError } from '@agentweaver/core/errors/app-error';
import { startAgain } from './start-again.ts';
import type { StartContext } from './start-workflow.ts';

export type RerunStepInput = {
  executionId: string;
  nodeId: string;
  mode: 'from' | 'alone' | 'edit';
  /** For `edit`. */
  output?: { value?: unknown };
};

/** Runs the version of an earlier execution again around one step; what is not run again costs nothing. */
export const rerunStep = async (
  context: StartContext,
  { executionId, nodeId, mode, output }: RerunStepInput,
): Promise<{ id: string }> => {
  if (mode === 'edit' && !output) {
    throw new AppError('bad_request', {
      publicMessage: 'The output is missing.',
      problems: [{ field: 'output', message: 'is needed to run what follows on it' }],
    });
  }
  return startAgain(context, executionId, {
    reuse: {
      executionId,
      from: nodeId,
      ...(mode === 'edit' && output ? { editedOutput: output.value ?? null } : {}),
    },
    ...(mode === 'alone' ? { only: nodeId } : {}),
  });
};
