import { type Dispatcher, type RequestInit as UndiciRequestInit, fetch as undiciFetch } from 'undici';
import { checkUrl, type PrivateHost } from './egress-policy.ts';

/**
 * The `fetch` that model providers are called with. Their addresses may come from a workspace, so they pass the egress
 * guard; its list of allowed hosts is about HTTP Request nodes and does not count here. A redirect is refused: it
 * would carry the key to another place.
 */
export const createModelFetch = ({
  agent,
  privateHosts,
}: {
  agent: Dispatcher;
  privateHosts: readonly PrivateHost[];
}): typeof globalThis.fetch => {
  const guarded = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input);
    checkUrl(url, { privateHosts, allowedHosts: [] });
    // The types of Node's own fetch and of the package are declared apart, but describe the same thing.
    const options = { ...init, dispatcher: agent, redirect: 'error' } as UndiciRequestInit;
    return (await undiciFetch(url, options)) as unknown as Response;
  };
  return guarded as typeof globalThis.fetch;
};
