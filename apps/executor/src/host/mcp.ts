import type { EgressRules } from '@agentweaver/core/egress/egress-policy';
import { createGuardedFetch } from '@agentweaver/core/egress/guarded-fetch';
import { callMcpTool, listMcpTools, type McpConnection } from '@agentweaver/core/host/mcp-client';
import { mcpResultSchema, mcpToolSchema } from '@agentweaver/core/host/ports/mcp';
import type { Dispatcher } from 'undici';
import { z } from 'zod';
import type { AppliedCredential, Credentials } from './credentials.ts';
import type { HostServices } from './host-calls.ts';
import { maskError } from './mask-error.ts';

export type McpOptions = { agent: Dispatcher; rules: EgressRules; credentials: Credentials };

/** MCP over streamable HTTP, through the egress guard; the credential goes to the server's own origin alone. */
export const createMcpServices = ({
  agent,
  rules,
  credentials,
}: McpOptions): Pick<HostServices, 'mcp.listTools' | 'mcp.callTool'> => {
  const fetch = createGuardedFetch({ agent, ...rules });

  const connect = async (
    { url, credential }: { url: string; credential?: string | undefined },
    signal: AbortSignal,
  ): Promise<McpConnection> => {
    const server = URL.parse(url);
    const applied = credential && server ? await credentials.forUrl(credential, server, signal) : undefined;
    return { signal, fetch: server && applied ? withCredential(fetch, server.origin, applied) : fetch };
  };
  const masked = async <T>(schema: z.ZodType<T>, work: Promise<unknown>): Promise<T> => {
    try {
      return schema.parse(credentials.mask().json(await work));
    } catch (error) {
      throw maskError(error, credentials.mask());
    }
  };
  return {
    'mcp.listTools': async ({ url, timeoutMs, credential }, { signal }) => {
      const connection = await connect({ url, credential }, signal);
      return masked(z.array(mcpToolSchema), listMcpTools({ url, timeoutMs }, connection));
    },
    'mcp.callTool': async ({ url, timeoutMs, credential, name, arguments: given }, { signal }) => {
      const connection = await connect({ url, credential }, signal);
      return masked(mcpResultSchema, callMcpTool({ url, timeoutMs, name, arguments: given }, connection));
    },
  };
};

const withCredential = (
  fetch: typeof globalThis.fetch,
  origin: string,
  applied: AppliedCredential,
): typeof globalThis.fetch => {
  let current = applied;
  const send = (url: URL, init: RequestInit | undefined): Promise<Response> => {
    const asked = new URL(url);
    for (const [name, value] of Object.entries(current.query)) asked.searchParams.set(name, value);
    const headers = new Headers(init?.headers);
    for (const [name, value] of Object.entries(current.headers)) headers.set(name, value);
    return fetch(asked, { ...init, headers });
  };
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== origin) return fetch(url, init);
    const response = await send(url, init);
    if (response.status !== 401 || !current.renew) return response;
    await response.body?.cancel();
    current = await current.renew();
    return send(url, init);
  };
};
