import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { z } from 'zod';
import { ExecutionError } from '../engine/execution-errors.ts';
import { withDeadline } from '../engine/with-deadline.ts';
import { limitedFetch } from './limited-fetch.ts';
import { readMcpContent } from './mcp-content.ts';
import { mcpFailure } from './mcp-failure.ts';
import { type mcpResultSchema, type mcpToolSchema, mcpToolSchema as toolSchema } from './ports/mcp.ts';
import { systemClock } from './system-clock.ts';

/** What one server may offer. */
const MAX_TOOLS = 500;
const MAX_PAGES = 50;

export type McpServer = {
  /** Of a server that speaks MCP over streamable HTTP. */
  url: string;
  /** Sent with every request: the credential. */
  headers?: Record<string, string>;
  timeoutMs: number;
};

export type McpConnection = {
  /** Carries every request to the server; give one that guards its addresses where strangers choose them. */
  fetch: typeof globalThis.fetch;
  signal: AbortSignal;
};

type McpTool = z.output<typeof mcpToolSchema>;
type McpResult = z.output<typeof mcpResultSchema>;

/** Every tool of the server, all pages of them. Rejects with `mcp_failed`. */
export const listMcpTools = (server: McpServer, connection: McpConnection): Promise<McpTool[]> =>
  withClient(server, connection, async (client, signal) => {
    const tools: McpTool[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < MAX_PAGES && tools.length < MAX_TOOLS; page += 1) {
      const answer = await client.listTools(cursor === undefined ? {} : { cursor }, requestOptions(server, signal));
      tools.push(...answer.tools.map(toTool));
      cursor = answer.nextCursor;
      if (!cursor) break;
    }
    return tools.slice(0, MAX_TOOLS);
  });

const MAX_DESCRIPTION = 4_000;

const toTool = ({ name, description = '', inputSchema, annotations }: ListedTool): McpTool =>
  toolSchema.parse({
    name,
    description: description.slice(0, MAX_DESCRIPTION),
    inputSchema,
    readOnly: annotations?.readOnlyHint ?? false,
    // What only reads may be read again.
    idempotent: annotations?.idempotentHint ?? annotations?.readOnlyHint ?? false,
  });
type ListedTool = Awaited<ReturnType<Client['listTools']>>['tools'][number];

/** One call of a tool. Its own failure is a result (`isError`); rejects with `mcp_failed` when there is no result. */
export const callMcpTool = (
  { name, arguments: given, ...server }: McpServer & { name: string; arguments: Record<string, unknown> },
  connection: McpConnection,
): Promise<McpResult> =>
  withClient(server, connection, async (client, signal) => {
    const result = (await client.callTool(
      { name, arguments: given },
      undefined,
      requestOptions(server, signal),
    )) as CallToolResult;
    return {
      text: readMcpContent(result.content),
      ...(result.structuredContent === undefined ? {} : { structured: result.structuredContent }),
      isError: result.isError ?? false,
    };
  });

const requestOptions = ({ timeoutMs }: McpServer, signal: AbortSignal) => ({ timeout: timeoutMs, signal });

/** A connection for one exchange: nothing of a session outlives it, and the time limit is for all of it. */
const withClient = async <Result>(
  server: McpServer,
  { fetch, signal }: McpConnection,
  work: (client: Client, signal: AbortSignal) => Promise<Result>,
): Promise<Result> => {
  const url = readUrl(server.url);
  const client = new Client({ name: 'agentweaver', version: '1.0.0' }, { capabilities: {} });
  const tooLarge = Promise.withResolvers<never>();
  const transport = new StreamableHTTPClientTransport(url, {
    fetch: withoutStandingStream(limitedFetch(fetch, url, tooLarge.reject)),
    requestInit: { headers: server.headers ?? {} },
    reconnectionOptions: {
      initialReconnectionDelay: 500,
      maxReconnectionDelay: 5_000,
      reconnectionDelayGrowFactor: 2,
      maxRetries: 2,
    },
  });
  const exchange = async (inner: AbortSignal): Promise<Result> => {
    // The SDK tells the server of every abort, also of the one that ends a work that is done.
    const cancel = new AbortController();
    const forward = () => cancel.abort(inner.reason);
    inner.addEventListener('abort', forward, { once: true });
    // The SDK's own types do not tell absent from undefined, as this project does.
    await client.connect(transport as Parameters<Client['connect']>[0], requestOptions(server, cancel.signal));
    const result = await work(client, cancel.signal);
    inner.removeEventListener('abort', forward);
    return result;
  };
  try {
    return await withDeadline(
      { signal, timeoutMs: server.timeoutMs, timeoutError: () => timedOut(server, url), clock: systemClock },
      async (inner) => {
        try {
          return await Promise.race([exchange(inner), tooLarge.promise]);
        } catch (error) {
          throw mcpFailure(error, url);
        }
      },
    );
  } finally {
    // A server that does not know how to end a session forgets it by itself.
    await endSession(transport);
    await client.close();
  }
};

/** Politeness must not hold a step up. */
const END_SESSION_MS = 1_000;

const endSession = (transport: StreamableHTTPClientTransport): Promise<void> =>
  withDeadline(
    {
      signal: new AbortController().signal,
      timeoutMs: END_SESSION_MS,
      timeoutError: () => new Error('The server did not end its session in time.'),
      clock: systemClock,
    },
    () => transport.terminateSession(),
  ).catch(() => undefined);

/**
 * The SDK opens a stream for what the server might say by itself, which one exchange has no use for. 405 means that
 * there is none; a GET that resumes an interrupted answer passes.
 */
const withoutStandingStream =
  (fetch: typeof globalThis.fetch) =>
  (input: string | URL, init?: RequestInit): Promise<Response> =>
    init?.method === 'GET' && !new Headers(init.headers).has('last-event-id')
      ? Promise.resolve(new Response(null, { status: 405 }))
      : fetch(input, init);

const readUrl = (text: string): URL => {
  const url = URL.parse(text);
  if (url && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw new ExecutionError({
    code: 'mcp_failed',
    message: `url: "${text.slice(0, 200)}" is not an http or https address.`,
    hint: 'Write the whole address of the MCP server, such as https://mcp.example.com/mcp.',
  });
};

const timedOut = ({ timeoutMs }: McpServer, url: URL): ExecutionError =>
  new ExecutionError({
    code: 'mcp_failed',
    message: `The MCP server ${url.origin}${url.pathname} did not answer within ${timeoutMs / 1_000} s.`,
    hint: 'Give it more time, or check that it answers.',
  });
