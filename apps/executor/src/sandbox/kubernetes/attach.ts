import { Readable, Writable } from 'node:stream';
import { Attach } from '@kubernetes/client-node';
import type { Cluster } from './cluster.ts';
import { CONTAINER } from './pod-spec.ts';

/** The streams of a running container. */
export type Attachment = {
  stdin: Writable;
  /** Ends when the connection does. */
  stdout: Readable;
  closed: Promise<void>;
  /** The container's standard input ends with it. Safe to call again. */
  close(): void;
};

/** Channels of `v4.channel.k8s.io` and `v5.channel.k8s.io`: the first byte of each message. */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

const MESSAGE_BYTES = 64 * 1024;
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** Load balancers in front of an API server cut connections that say nothing for a few minutes. */
const KEEP_ALIVE_MS = 30_000;

/**
 * Attaches to a container over a WebSocket, as the library's own `attach` does, but with back-pressure both ways: who does
 * not read stops the socket, and a write is done when the socket has taken it.
 */
export const attachToPod = async (
  { config, namespace }: Pick<Cluster, 'config' | 'namespace'>,
  { name, onStderr }: { name: string; onStderr: (chunk: Buffer) => void },
): Promise<Attachment> => {
  const query = new URLSearchParams({ container: CONTAINER, stdin: 'true', stdout: 'true', stderr: 'true' });
  const path = `/api/v1/namespaces/${namespace}/pods/${encodeURIComponent(name)}/attach?${query}`;
  let socket: Socket | undefined;

  const stdout = new Readable({
    highWaterMark: MESSAGE_BYTES,
    read: () => socket?.resume(),
    destroy: (error, callback) => {
      socket?.terminate();
      callback(error);
    },
  });
  const take = (channel: number, data: Buffer): boolean => {
    if (channel === STDERR) onStderr(data);
    // The server says first which channels there are, with a message of no bytes for each.
    if (channel === STDOUT && data.length > 0 && !stdout.push(data)) socket?.pause();
    return true;
  };

  const opened = await connectInTime(new Attach(config).handler.connect(path, null, take));
  socket = opened;
  const keepAlive = setInterval(() => opened.ping(), KEEP_ALIVE_MS).unref();
  const closed = new Promise<void>((resolve) => {
    const end = () => {
      clearInterval(keepAlive);
      if (!stdout.destroyed) stdout.push(null);
      resolve();
    };
    opened.on('close', end);
    if (opened.readyState === opened.CLOSED) end();
  });
  opened.on('error', () => opened.terminate());

  const stdin = new Writable({
    highWaterMark: MESSAGE_BYTES,
    write: (chunk: Buffer, _encoding, callback) => {
      sendAll(opened, chunk).then(() => callback(), callback);
    },
    final: (callback) => {
      opened.close();
      callback();
    },
  });
  // Writing to a Pod that has just ended is not an error of ours; how it ended is told by its status.
  stdin.on('error', () => undefined);

  return {
    stdin,
    stdout,
    closed,
    close: () => {
      // One that is paused would never see its own end.
      opened.resume();
      opened.terminate();
    },
  };
};

type Socket = Awaited<ReturnType<Attach['attach']>>;

const connectInTime = async (connecting: Promise<Socket>): Promise<Socket> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, HANDSHAKE_TIMEOUT_MS, undefined);
  });
  try {
    const socket = await Promise.race([connecting, late]);
    if (socket) return socket;
    connecting.then((unwanted) => unwanted.terminate()).catch(() => undefined);
    throw new Error('The Pod could not be attached to in time.');
  } catch (error) {
    // The library rejects with an event.
    if (error instanceof Error || !(error instanceof Object && 'message' in error)) throw error;
    throw new Error(`The Pod could not be attached to: ${String(error.message)}`);
  } finally {
    clearTimeout(timer);
  }
};

const sendAll = async (socket: Socket, chunk: Buffer): Promise<void> => {
  for (let offset = 0; offset < chunk.length; offset += MESSAGE_BYTES) {
    const part = chunk.subarray(offset, offset + MESSAGE_BYTES);
    await new Promise<void>((resolve, reject) => {
      socket.send(Buffer.concat([Buffer.from([STDIN]), part]), (error) => (error ? reject(error) : resolve()));
    });
  }
};
