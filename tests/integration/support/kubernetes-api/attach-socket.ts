import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type ContainerStreams, drained } from './node.ts';

/** Channels of the protocol: the first byte of each message. */
const [STDIN, STDOUT, STDERR, STATUS, CLOSE] = [0, 1, 2, 3, 255];
const PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

export type AttachSockets = {
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, streams: ContainerStreams): void;
  /** Cuts all connections, as when a server dies. */
  drop(): void;
  /** What was agreed on, one for each connection that there was. */
  protocols: string[];
};

/** The server's side of `attach`: standard streams in one WebSocket, with back-pressure. */
export const createAttachSockets = (offered = PROTOCOLS): AttachSockets => {
  const server = new WebSocketServer({
    noServer: true,
    handleProtocols: (wanted) => offered.find((protocol) => wanted.has(protocol)) ?? false,
  });
  const protocols: string[] = [];
  return {
    protocols,
    accept: (request, socket, head, streams) =>
      server.handleUpgrade(request, socket, head, (webSocket) => {
        protocols.push(webSocket.protocol);
        serve(webSocket, streams);
      }),
    drop: () => {
      for (const client of server.clients) client.terminate();
    },
  };
};

const serve = (socket: WebSocket, { stdin, stdout, onStderr, exited }: ContainerStreams): void => {
  const send = (channel: number, data: Buffer | string = '') =>
    new Promise<void>((resolve) => {
      socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(data)]), () => resolve());
    });
  for (const channel of [STDOUT, STDERR, STATUS]) void send(channel ?? 0);

  socket.on('message', (message: Buffer) => {
    const [channel] = message;
    if (channel === CLOSE && message[1] === STDIN) stdin.end();
    if (channel !== STDIN || stdin.destroyed) return;
    if (stdin.write(message.subarray(1))) return;
    socket.pause();
    void drained(stdin).then(() => socket.resume());
  });
  onStderr((chunk) => void send(STDERR ?? 2, chunk));
  stdout.on('data', (chunk: Buffer) => {
    stdout.pause();
    void send(STDOUT ?? 1, chunk).then(() => stdout.resume());
  });
  // It was paused by whoever handed it over.
  stdout.resume();
  stdout.once('end', async () => {
    const code = await exited;
    await send(STATUS ?? 3, JSON.stringify(exitStatus(code)));
    socket.close(1000);
  });
  socket.on('close', () => {
    // `stdinOnce`: with its one client, the input of the container ends.
    onStderr(undefined);
    stdin.end();
    stdout.removeAllListeners('data').resume();
  });
};

const exitStatus = (code: number) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  ...(code === 0
    ? { status: 'Success' }
    : {
        status: 'Failure',
        reason: 'NonZeroExitCode',
        message: `command terminated with non-zero exit code: ${code}`,
        details: { causes: [{ reason: 'ExitCode', message: String(code) }] },
      }),
});
