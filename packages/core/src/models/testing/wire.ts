import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProviderConnection } from '../sdk-model.ts';

/** What a model says, before it is put into a provider's own form. */
export type Said = {
  text?: string;
  toolCalls?: { id: string; name: string; input: Record<string, unknown> }[];
  /** Thoughts, with what the provider wants back unchanged. */
  thought?: { text: string; signature: string };
  finish?: 'stop' | 'length' | 'filtered';
};

/** A request as its provider reads it, back in one form. */
export type ReadRequest = {
  system: string;
  turns: {
    role: 'user' | 'assistant' | 'tool';
    text?: string;
    images?: { mediaType: string; data: string }[];
    toolCalls?: { id: string; name: string; input: unknown }[];
    toolResults?: { id: string; output: unknown }[];
    /** The signature of thoughts that were sent back. */
    signature?: string;
  }[];
  tools: { name: string; description: string; schema: unknown }[];
  toolChoice: unknown;
  schema?: unknown;
  maxTokens: unknown;
  temperature: unknown;
};

export type Failure =
  | 'invalid_key'
  | 'rate_limited'
  | 'overloaded'
  | 'fault'
  | 'no_such_model'
  | 'no_credit'
  | 'context_too_long'
  | 'filtered'
  | 'wrong';

export type SseEvent = [name: string | undefined, data: unknown];

/** One provider's wire format: the shapes of its public documentation. */
export type Wire = {
  name: string;
  provider: ProviderConnection['provider'];
  /** `provider/model`. */
  model: string;
  /** A model of it that reasons, takes no temperature where there is such a one, and gives signatures. */
  reasoner?: string;
  /** A model of it that sees no images. */
  blind?: string;
  /** Where it is asked. */
  path: (model: string, streamed: boolean) => string;
  /** 30 tokens in, 10 of them cached; 5 out, 2 of them thought. */
  whole: (said: Said) => unknown;
  streamed: (said: Said) => SseEvent[];
  failure: (kind: Failure) => { status: number; body: unknown; headers?: Record<string, string> };
  /** What it sends in the middle of a stream when it has too much to do; absent where it just ends. */
  failureInStream?: SseEvent;
  read: (body: Record<string, unknown>) => ReadRequest;
  /** What this one counts of the usage above. */
  usage: { inputTokens: number; outputTokens: number; cachedInputTokens: number; reasoningTokens: number };
};

export type Received = { path: string; headers: IncomingMessage['headers']; body: Record<string, unknown> };
export type Reply = (response: ServerResponse, request: Received) => void;

/** A local server that answers as told and remembers what it was asked. */
export const serve = async (
  reply: Reply,
): Promise<{ origin: string; received: Received[]; close: () => Promise<void> }> => {
  const received: Received[] = [];
  const server: Server = createServer(async (request, response) => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const one = { path: request.url ?? '', headers: request.headers, body: text === '' ? {} : JSON.parse(text) };
    received.push(one);
    reply(response, one);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
};

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Reply =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };

export const sse = ([name, data]: SseEvent): string =>
  `${name ? `event: ${name}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`;

/** Server-sent events, to their end unless `then` does something else. */
export const events =
  (list: SseEvent[], then: (response: ServerResponse) => void = (response) => response.end()): Reply =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(list.map(sse).join(''), () => then(response));
  };

/** Pieces of a text as streams bring them. */
export const pieces = (text: string): string[] => text.match(/\S+\s*/g) ?? [];

type Shape = Record<string, unknown>;
export const isShape = (value: unknown): value is Shape =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const shape = (value: unknown): Shape => (isShape(value) ? value : {});
export const shapes = (value: unknown): Shape[] => (Array.isArray(value) ? value.filter(isShape) : []);
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
