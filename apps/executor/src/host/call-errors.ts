import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { toExecutionErrorData } from '@agentweaver/core/errors/to-execution-error';
import { FrameError } from '../channel/frame-codec.ts';
import type { CallFrame, HostFrame } from '../channel/protocol.ts';

type ErrorAnswer = Pick<Extract<HostFrame, { type: 'call_error' }>, 'error' | 'retryAfterMs'>;

/** What a step is told of a call that failed. Our own faults are logged and not repeated to it. */
export const answerOfError = (
  error: unknown,
  frame: CallFrame,
  onInternalError: (error: unknown, frame: CallFrame) => void,
): ErrorAnswer => {
  const { nodeId } = frame;
  if (error instanceof ExecutionError) {
    return { error: toExecutionErrorData(error, nodeId), retryAfterMs: error.retryAfterMs };
  }
  if (error instanceof FrameError) {
    return {
      error: {
        code: 'output_too_large',
        message: 'The answer is too large to be handed to the workflow.',
        hint: 'Ask for less: a page, a range or fewer fields.',
        nodeId,
      },
    };
  }
  onInternalError(error, frame);
  return {
    error: {
      code: 'internal',
      message: 'The executor could not do what this step asked for.',
      hint: 'Run it again. If it goes on, the operator finds the reason in the log of the executor.',
      nodeId,
    },
  };
};

export const refusedParams = (): ExecutionError =>
  new ExecutionError({
    code: 'protocol_violation',
    message: 'The step asked the host for something it does not offer.',
  });

export const tooManyCalls = (max: number): ExecutionError =>
  new ExecutionError({
    code: 'step_limit',
    message: `The steps of this execution have asked for something outside ${max} times, which is the most.`,
    hint: 'Give its loops and maps less to go through, or split the work over several executions.',
  });
