import type { ExecutionError, ExecutionErrorData } from '../engine/execution-errors.ts';

const MAX_MESSAGE_LENGTH = 4_000;

/** Bundles may hold two copies of the class, so `instanceof` is not enough. */
export const isExecutionError = (error: unknown): error is ExecutionError =>
  error instanceof Error && error.name === 'ExecutionError' && 'data' in error;

/** What anything thrown looks like when stored and shown: other errors become `node_failed`. */
export const toExecutionErrorData = (error: unknown, nodeId?: string): ExecutionErrorData => {
  const data: ExecutionErrorData = isExecutionError(error)
    ? error.data
    : { code: 'node_failed', message: messageOf(error) };
  return {
    ...data,
    message: data.message.slice(0, MAX_MESSAGE_LENGTH),
    ...(nodeId === undefined ? {} : { nodeId }),
  };
};

/** The text of anything that was thrown, for people. */
export const messageOf = (error: unknown): string => {
  if (error instanceof Error && error.message) return error.message;
  if (typeof error === 'string' && error) return error;
  return 'It failed without saying why.';
};
