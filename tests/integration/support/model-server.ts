import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

const bodySchema = z.object({
  model: z.string(),
  stream: z.boolean().optional(),
  messages: z.array(z.object({ role: z.string(), content: z.unknown() })),
});

export type ModelCall = {
  model: string;
  prompt: string;
  authorization: string | undefined;
  /** The same for the same request. */
  fingerprint: string;
  /** When it arrived, in ms since the epoch. */
  at: number;
};
export type ModelReply = {
  text?: string;
  /** Tools that the model asks for. */
  toolCalls?: { name: string; input: unknown }[];
  delayMs?: number;
  status?: number;
  body?: string;
  headers?: Record<string, string>;
};

export type ModelServer = {
  /** Of its OpenAI-compatible API. */
  url: string;
  /** Every call that reached it, in order. */
  calls: ModelCall[];
  /** Resolves when so many calls have reached it. */
  reached: (count: number) => Promise<void>;
  /** Changes how it answers from now on; the default echoes the prompt. */
  answer: (reply: (call: ModelCall, index: number) => ModelReply) => void;
  close: () => Promise<void>;
};

/** A model server on this machine that speaks the OpenAI chat format, counts, and can be slow or fail. */
export const startModelServer = async ({ models = ['test-model'] } = {}): Promise<ModelServer> => {
  const calls: ModelCall[] = [];
  let waiting: { count: number; resolve: () => void }[] = [];
  let reply: (call: ModelCall, index: number) => ModelReply = ({ prompt }) => ({ text: `echo: ${prompt}` });

  const complete = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const { model, stream, messages } = bodySchema.parse(JSON.parse(text));
    const call = {
      model,
      prompt: contentText(messages.at(-1)?.content),
      authorization: request.headers.authorization,
      fingerprint: createHash('sha256').update(text).digest('hex'),
      at: Date.now(),
    };
    const index = calls.push(call) - 1;
    for (const one of waiting.filter(({ count }) => calls.length >= count)) one.resolve();
    waiting = waiting.filter(({ count }) => calls.length < count);

    const { text: answer = '', toolCalls = [], delayMs = 0, status = 200, body, headers } = reply(call, index);
    await sleep(delayMs);
    if (status !== 200 || body !== undefined) {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(body ?? JSON.stringify({ error: { message: 'refused by the test', type: 'test' } }));
      return;
    }
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    const common = { id: `call-${index}`, created: 1, model };
    const tool_calls = toolCalls.map(({ name, input }, position) => ({
      index: position,
      id: `use-${index}-${position}`,
      type: 'function',
      function: { name, arguments: JSON.stringify(input) },
    }));
    const message = { role: 'assistant', content: answer, ...(tool_calls.length > 0 ? { tool_calls } : {}) };
    const finish_reason = tool_calls.length > 0 ? 'tool_calls' : 'stop';
    if (!stream) {
      const choices = [{ index: 0, message, finish_reason }];
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...common, object: 'chat.completion', choices, usage }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (chunk: Record<string, unknown>) =>
      response.write(`data: ${JSON.stringify({ ...common, object: 'chat.completion.chunk', ...chunk })}\n\n`);
    send({ choices: [{ index: 0, delta: message, finish_reason: null }] });
    send({ choices: [{ index: 0, delta: {}, finish_reason }] });
    send({ choices: [], usage });
    response.end('data: [DONE]\n\n');
  };

  const server = createServer((request, response) => {
    if (request.url?.endsWith('/models')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ object: 'list', data: models.map((id) => ({ id, object: 'model' })) }));
      return;
    }
    complete(request, response).catch(() => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    calls,
    reached: (count) =>
      calls.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve })),
    answer: (next) => {
      reply = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const contentText = (content: unknown): string => {
  if (typeof content === 'string') return content;
  const parts = z.array(z.object({ text: z.string() })).safeParse(content);
  return parts.success ? parts.data.map(({ text }) => text).join('') : '';
};
