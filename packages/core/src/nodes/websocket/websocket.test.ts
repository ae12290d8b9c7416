import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { runNode } from '../testing/run-node.ts';

let server: WebSocketServer | undefined;
afterEach(() => {
  for (const client of server?.clients ?? []) client.terminate();
  server?.close();
});

/** Sends back what it gets, with the headers of the connection. */
const serve = async (): Promise<string> => {
  const started = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server = started;
  started.on('connection', (socket, { headers }) => {
    socket.on('message', (data) => socket.send(JSON.stringify({ got: String(data), key: headers['x-key'] })));
  });
  await new Promise((done) => started.once('listening', done));
  return `ws://127.0.0.1:${(started.address() as AddressInfo).port}`;
};

describe('a WebSocket node', () => {
  it('sends each entry of a list and hands on what comes back', async () => {
    const { output } = await runNode('websocket', {
      config: { url: await serve(), send: '{{ ["a", { "b": input.n }] }}', credential: 'feed', maxMessages: 2 },
      input: { n: 2 },
      host: { credentials: { feed: async () => ({ 'X-Key': 'k' }) } },
    });
    expect(output).toEqual({
      messages: [
        { got: 'a', key: 'k' },
        { got: '{"b":2}', key: 'k' },
      ],
      endedBy: 'count',
    });
  });

  it('sends a text, or nothing', async () => {
    const url = await serve();
    const config = { url, headers: [{ name: 'X-Key', value: '{{ input }}' }], timeoutMs: 400 };
    const sent = await runNode('websocket', { config: { ...config, send: 'hello' }, input: 'mine' });
    expect(sent.output).toMatchObject({ messages: [{ got: 'hello', key: 'mine' }] });
    for (const send of ['', '{{ input.none }}', '{{ "" }}']) {
      const { output } = await runNode('websocket', { config: { ...config, send } });
      expect(output).toEqual({ messages: [], endedBy: 'timeout' });
    }
  });

  it('needs an address', async () => {
    await expect(runNode('websocket', { config: { url: '{{ input.none }}' } })).rejects.toMatchObject({
      data: { code: 'websocket_failed', message: expect.stringMatching(/^url: /) },
    });
  });
});
