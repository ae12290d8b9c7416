import { type Dispatcher, type RequestInit as UndiciRequestInit, fetch as undiciFetch } from 'undici';
import { checkUrl, EgressDenied, type EgressRules } from './egress-policy.ts';

/**
 * A `fetch` for addresses that a workspace chose and that carry a secret: it passes the egress guard, and a redirect is
 * refused, because it would take the secret to another place. Rejects with `EgressDenied` for a closed address.
 */
export const createGuardedFetch = ({
  agent,
  privateHosts,
  allowedHosts = [],
}: { agent: Dispatcher } & Pick<EgressRules, 'privateHosts'> & Partial<EgressRules>): typeof globalThis.fetch => {
  const guarded = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input);
    checkUrl(url, { privateHosts, allowedHosts });
    // The types of Node's own fetch and of the package are declared apart, but describe the same thing.
    const options = { ...init, dispatcher: agent, redirect: 'error' } as UndiciRequestInit;
    try {
      return (await undiciFetch(url, options)) as unknown as Response;
    } catch (error) {
      // undici says only “fetch failed”; what the guard said at connect is the cause.
      if (error instanceof TypeError && error.cause instanceof EgressDenied) throw error.cause;
      throw error;
    }
  };
  return guarded as typeof globalThis.fetch;
};
