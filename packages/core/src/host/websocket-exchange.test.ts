import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { ExecutionError } from '../engine/execution-errors.ts';
import { exchangeOverWebsocket } from './websocket-exchange.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => {
  for (const cleanUp of cleanUps.splice(0)) cleanUp();
});

/** A real server; `onMessage` decides what it says. */
const serve = async (onConnection: (socket: WebSocket, headers: Record<string, unknown>) => void): Promise<string> => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket, request) => onConnection(socket, request.headers));
  await new Promise((done) => server.once('listening', done));
  cleanUps.push(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}/feed`;
};

const echo = (socket: WebSocket) => socket.on('message', (data) => socket.send(`echo ${data}`));

const exchange = (
  request: Parameters<typeof exchangeOverWebsocket>[0],
  signal: AbortSignal = new AbortController().signal,
) => exchangeOverWebsocket({ timeoutMs: 5_000, ...request }, { signal });

describe('a WebSocket exchange', () => {
  it('sends in order and ends with the number of messages it was told', async () => {
    const url = await serve(echo);
    expect(await exchange({ url, send: ['a', 'b', 'c'], maxMessages: 2 })).toEqual({
      messages: ['echo a', 'echo b'],
      endedBy: 'count',
    });
  });

  it('ends with the text it waits for', async () => {
    const url = await serve(echo);
    expect(await exchange({ url, send: ['a', 'done', 'c'], maxMessages: 10, until: 'done' })).toEqual({
      messages: ['echo a', 'echo done'],
      endedBy: 'until',
    });
  });

  it('ends when its time is up, with what there is', async () => {
    const url = await serve((socket) => socket.send('one'));
    expect(await exchange({ url, maxMessages: 2, timeoutMs: 300 })).toEqual({ messages: ['one'], endedBy: 'timeout' });
  });

  it('ends when the server closes', async () => {
    const url = await serve((socket) => {
      socket.send('bye');
      socket.close();
    });
    expect(await exchange({ url, maxMessages: 2 })).toEqual({ messages: ['bye'], endedBy: 'closed' });
  });

  it('only sends where no message is waited for', async () => {
    const received = Promise.withResolvers<string>();
    const url = await serve((socket) => socket.on('message', (data) => received.resolve(String(data))));
    expect(await exchange({ url, send: ['hello'], maxMessages: 0 })).toEqual({ messages: [], endedBy: 'count' });
    expect(await received.promise).toBe('hello');
  });

  it('carries headers, and gives bytes as base64', async () => {
    const url = await serve((socket, headers) => socket.send(Buffer.from([0xff, Number(headers['x-byte'])])));
    expect((await exchange({ url, headers: { 'x-byte': '7' } })).messages).toEqual(['/wc=']);
  });

  it('says when the server asks for a credential, without the query', async () => {
    const server = createServer();
    server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    cleanUps.push(() => server.close());
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/feed?key=secret`;
    await expect(exchange({ url })).rejects.toMatchObject({
      data: {
        code: 'websocket_failed',
        message: `${url.replace('?key=secret', '')} answered 401 instead of opening a WebSocket.`,
        hint: expect.stringContaining('credential'),
      },
    });
  });

  it('says why it cannot connect', async () => {
    await expect(exchange({ url: 'ws://127.0.0.1:9/' })).rejects.toMatchObject({
      data: { code: 'websocket_failed', message: expect.stringContaining('ECONNREFUSED') },
    });
  });

  it('gives up on a server that does not open', async () => {
    const server = createServer();
    const sockets: { destroy: () => void }[] = [];
    server.on('upgrade', (_request, socket) => sockets.push(socket));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    cleanUps.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(exchange({ url, timeoutMs: 200 })).rejects.toMatchObject({
      data: { code: 'websocket_failed', message: expect.stringContaining('did not open within 0.2 s') },
    });
  });

  it('stops at too much, in one message and in all together', async () => {
    const big = await serve((socket) => socket.send('x'.repeat(1_000_001)));
    await expect(exchange({ url: big })).rejects.toMatchObject({ data: { code: 'websocket_failed' } });
    const many = await serve((socket) => {
      for (let count = 0; count < 6; count += 1) socket.send('x'.repeat(900_000));
    });
    await expect(exchange({ url: many, maxMessages: 100 })).rejects.toMatchObject({
      data: { code: 'output_too_large' },
    });
  });

  it('connects the way it is told', async () => {
    const url = await serve(echo);
    const looked: string[] = [];
    const result = await exchangeOverWebsocket(
      { url: url.replace('127.0.0.1', 'feed.invalid'), send: ['a'], timeoutMs: 5_000 },
      {
        signal: new AbortController().signal,
        socket: {
          lookup: (hostname, options, callback) => {
            looked.push(hostname);
            if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }]);
            else callback(null, '127.0.0.1', 4);
          },
        },
      },
    );
    expect(result.messages).toEqual(['echo a']);
    expect(looked).toEqual(['feed.invalid']);
  });

  it('hands on what a guard says', async () => {
    const denied = new ExecutionError({ code: 'egress_denied', message: 'Not there.' });
    const exchanged = exchangeOverWebsocket(
      { url: 'ws://feed.invalid/', timeoutMs: 5_000 },
      {
        signal: new AbortController().signal,
        socket: { lookup: (_hostname, _options, callback) => callback(denied, '', 0) },
      },
    );
    await expect(exchanged).rejects.toBe(denied);
  });

  it('says when the address is no WebSocket', async () => {
    const server = createServer((_request, response) => response.writeHead(404).end());
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    cleanUps.push(() => server.close());
    await expect(exchange({ url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` })).rejects.toMatchObject({
      data: { message: expect.stringContaining('answered 404'), hint: 'Check the address.' },
    });
  });

  it('leaves a server that does not say goodbye', async () => {
    const left = Promise.withResolvers<void>();
    const server = createServer();
    server.on('upgrade', ({ headers }, socket) => {
      const accept = createHash('sha1')
        .update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
        .digest('base64');
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
      socket.write(Buffer.from([0x81, 3, ...Buffer.from('one')]));
      // It reads the goodbye and does not answer.
      socket.resume();
      socket.on('end', () => left.resolve());
      socket.on('error', () => left.resolve());
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    cleanUps.push(() => server.close());
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    expect(await exchange({ url })).toEqual({ messages: ['one'], endedBy: 'count' });
    await left.promise;
  });

  it('ends with the signal', async () => {
    const url = await serve(() => undefined);
    const cancel = new AbortController();
    const running = exchange({ url }, cancel.signal);
    cancel.abort(new Error('cancelled'));
    await expect(running).rejects.toThrow('cancelled');
    await expect(exchange({ url }, cancel.signal)).rejects.toThrow('cancelled');
  });

  it.each(['http://example.com', 'feed', ''])('does not take “%s” for an address', async (url) => {
    await expect(exchange({ url })).rejects.toMatchObject({
      data: { code: 'websocket_failed', hint: expect.stringContaining('wss://') },
    });
  });
});
