import { ExecutionError } from '../engine/execution-errors.ts';

/** What a tool says when it cannot do what it was asked. */
export const toolFailed = ({
  message,
  hint,
  cause,
}: {
  message: string;
  hint?: string | undefined;
  cause?: unknown;
}): ExecutionError => new ExecutionError({ code: 'tool_failed', message, ...(hint ? { hint } : {}) }, { cause });
