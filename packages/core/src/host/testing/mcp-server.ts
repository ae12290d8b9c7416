import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

type Given = {
  /** Keeps a session per client, as many servers do. */
  sessions?: boolean;
  /** Answers with JSON instead of server-sent events. */
  json?: boolean;
  /** Refuses requests without it. */
  token?: string;
};

export type TestMcpServer = {
  url: string;
  /** Method and JSON-RPC method of each request. */
  requests: string[];
  openSessions: () => number;
  close: () => Promise<void>;
};

const createTools = (): McpServer => {
  const server = new McpServer({ name: 'test', version: '1.0.0' });
  server.registerTool(
    'add',
    {
      description: 'Adds two numbers.',
      inputSchema: { a: z.number(), b: z.number() },
      outputSchema: { sum: z.number() },
      annotations: { readOnlyHint: true },
    },
    async ({ a, b }) => ({ content: [{ type: 'text', text: String(a + b) }], structuredContent: { sum: a + b } }),
  );
  server.registerTool('fail', { inputSchema: {} }, async () => ({
    content: [{ type: 'text', text: 'The shop is closed.' }],
    isError: true,
  }));
  server.registerTool('sleep', { annotations: { idempotentHint: true } }, async ({ signal }) => {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 60_000);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    return { content: [] };
  });
  server.registerTool('large', {}, async () => ({ content: [{ type: 'text', text: 'x'.repeat(5_100_000) }] }));
  server.registerTool('mixed', {}, async () => ({
    content: [
      { type: 'text', text: 'One' },
      { type: 'image', data: 'AA==', mimeType: 'image/png' },
      { type: 'resource', resource: { uri: 'file:///a.md', text: 'Two' } },
      { type: 'resource', resource: { uri: 'file:///b.bin', blob: 'AA==' } },
      { type: 'resource_link', uri: 'file:///c.md', name: 'c' },
    ],
  }));
  return server;
};

/** A real MCP server over streamable HTTP on this machine. */
export const startMcpServer = async ({ sessions = false, json = false, token }: Given = {}): Promise<TestMcpServer> => {
  const transports = new Map<string, StreamableHTTPServerTransport>();
  const requests: string[] = [];

  const newTransport = async (): Promise<StreamableHTTPServerTransport> => {
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      ...(sessions ? { sessionIdGenerator: randomUUID } : {}),
      enableJsonResponse: json,
      onsessioninitialized: (id) => {
        transports.set(id, transport);
      },
      onsessionclosed: (id) => {
        transports.delete(id);
      },
    });
    // The SDK's own types do not tell absent from undefined, as this project does.
    await createTools().connect(transport as Parameters<McpServer['connect']>[0]);
    return transport;
  };

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const body = text === '' ? undefined : (JSON.parse(text) as { method?: string });
    requests.push([request.method, body?.method].filter(Boolean).join(' '));
    if (token && request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end('who are you?');
      return;
    }
    const known = transports.get(String(request.headers['mcp-session-id']));
    await (known ?? (await newTransport())).handleRequest(request, response, body);
  };

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    requests,
    openSessions: () => transports.size,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
};
