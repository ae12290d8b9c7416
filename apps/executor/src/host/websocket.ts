import type { Mask } from '@agentweaver/core/credentials/mask-secrets';
import { checkUrl, type EgressRules, isOpenedPrivateHost } from '@agentweaver/core/egress/egress-policy';
import {
  createGuardedLookup,
  createOpenLookup,
  type Resolve,
  systemResolve,
} from '@agentweaver/core/egress/guarded-lookup';
import { exchangeOverWebsocket } from '@agentweaver/core/host/websocket-exchange';
import type { Credentials } from './credentials.ts';
import type { HostServices } from './host-calls.ts';
import { CONNECTION_HEADERS } from './http-fetch.ts';
import { maskError } from './mask-error.ts';

export type WebsocketOptions = {
  rules: EgressRules;
  credentials: Credentials;
  /** Injected by tests. */
  resolve?: Resolve;
};

/** A WebSocket exchange through the egress guard. */
export const createWebsocketService =
  ({ rules, credentials, resolve = systemResolve }: WebsocketOptions): HostServices['websocket.exchange'] =>
  async ({ credential, ...request }, { signal }) => {
    const url = URL.parse(request.url);
    // What is not a WebSocket's address the exchange itself complains about.
    if (!url || !/^wss?:$/.test(url.protocol)) return exchangeOverWebsocket(request, { signal });
    const asHttp = new URL(url.href.replace(/^ws/, 'http'));
    checkUrl(asHttp, rules);
    const applied = credential ? await credentials.forUrl(credential, asHttp, signal) : undefined;
    for (const [name, value] of Object.entries(applied?.query ?? {})) url.searchParams.set(name, value);
    const own = Object.entries(request.headers).filter(
      ([name]) =>
        !CONNECTION_HEADERS.has(name.toLowerCase()) && !Object.hasOwn(applied?.headers ?? {}, name.toLowerCase()),
    );
    const port = Number(asHttp.port) || (asHttp.protocol === 'https:' ? 443 : 80);
    const lookup = isOpenedPrivateHost(url.hostname, port, rules) ? createOpenLookup : createGuardedLookup;
    const mask: Mask = credentials.mask();
    try {
      const result = await exchangeOverWebsocket(
        { ...request, url: url.href, headers: { ...Object.fromEntries(own), ...applied?.headers } },
        { signal, socket: { lookup: lookup(resolve) } },
      );
      return { ...result, messages: result.messages.map(mask.text) };
    } catch (error) {
      throw maskError(error, mask);
    }
  };
