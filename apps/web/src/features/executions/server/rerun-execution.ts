import { startAgain } from './start-again.ts';
import type { StartContext } from './start-workflow.ts';

/** Runs the version of an earlier execution again, on the same input unless another one is given. */
export const rerunExecution = (
  context: StartContext,
  { executionId, input }: { executionId: string; input?: { value?: unknown } },
): Promise<{ id: string }> => startAgain(context, executionId, input ? { input: input.value ?? null } : {});
