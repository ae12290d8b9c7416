import { createEgressAgent } from '@agentweaver/core/egress/egress-agent';
import { EgressDenied, type EgressRules, type PrivateHost } from '@agentweaver/core/egress/egress-policy';
import { createGuardedFetch as createCoreFetch } from '@agentweaver/core/egress/guarded-fetch';
import { AppError } from '@agentweaver/core/errors/app-error';
import { processGlobal } from './process-global.ts';

/** Of one answer, in bytes. */
const MAX_RESPONSE_BYTES = 8 * 1024 * 1024;
const ANSWER_TIMEOUT_MS = 20_000;

/**
 * A `fetch` that reaches public addresses only, and what the operator opened. Redirects are not followed.
 * Throws `AppError` `bad_request` for an address that is closed; `field` is the one the address was typed into.
 */
export const createGuardedFetch = (
  privateHosts: readonly PrivateHost[],
  { field = 'baseUrl', allowedHosts = [] }: { field?: string } & Partial<Pick<EgressRules, 'allowedHosts'>> = {},
): typeof globalThis.fetch => {
  const agent = processGlobal(`egress:${JSON.stringify(privateHosts)}`, () =>
    createEgressAgent({ privateHosts, answerTimeoutMs: ANSWER_TIMEOUT_MS, maxResponseBytes: MAX_RESPONSE_BYTES }),
  );
  const guarded = createCoreFetch({ agent, privateHosts, allowedHosts });
  return async (input, init) => {
    try {
      return await guarded(input, init);
    } catch (error) {
      throw error instanceof EgressDenied ? closedAddress(error, field) : error;
    }
  };
};

const closedAddress = (error: EgressDenied, field: string): AppError =>
  new AppError('bad_request', {
    publicMessage: `${error.data.message} ${error.data.hint ?? ''}`.trim(),
    problems: [{ field, message: error.reason === 'private_address' ? 'private_address' : error.data.message }],
    cause: error,
  });
