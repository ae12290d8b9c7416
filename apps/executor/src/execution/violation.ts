import { ExecutionError } from '@agentweaver/core/engine/execution-errors';

/** What ends an execution whose sandbox does what no engine would. */
export const violation = (what: string): ExecutionError =>
  new ExecutionError({
    code: 'protocol_violation',
    message: `The sandbox broke the protocol (${what}) and was stopped.`,
    hint: 'Code that tampers with its sandbox ends this way. If no Code node does, report it as a bug.',
  });
