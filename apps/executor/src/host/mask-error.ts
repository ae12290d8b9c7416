import type { Mask } from '@agentweaver/core/credentials/mask-secrets';
import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { isExecutionError } from '@agentweaver/core/errors/to-execution-error';

/** The same failure without secrets in its texts: servers repeat what they were sent. */
export const maskError = (error: unknown, mask: Mask): unknown => {
  if (!isExecutionError(error)) return error;
  const { message, hint } = error.data;
  const masked = mask.text(message);
  const maskedHint = hint === undefined ? undefined : mask.text(hint);
  if (masked === message && maskedHint === hint) return error;
  const data = { ...error.data, message: masked, ...(maskedHint === undefined ? {} : { hint: maskedHint }) };
  const { retryAfterMs } = error;
  // Without its cause, which has the same text.
  return new ExecutionError(data, retryAfterMs === undefined ? {} : { retryAfterMs });
};
