import type { LookupFunction } from 'node:net';
import { type ClientOptions, WebSocket } from 'ws';
import type { z } from 'zod';
import { ExecutionError } from '../engine/execution-errors.ts';
import { isExecutionError, messageOf } from '../errors/to-execution-error.ts';
import { websocketExchangeSchema, type websocketResultSchema } from './ports/websocket.ts';

/** One message, and all of them together, in bytes. */
const MAX_MESSAGE_BYTES = 1_000_000;
const MAX_TOTAL_BYTES = 5_000_000;
/** A server that does not say goodbye is left. */
const GOODBYE_MS = 1_000;

type Exchange = Omit<z.input<typeof websocketExchangeSchema>, 'credential'>;
type ExchangeResult = z.output<typeof websocketResultSchema>;

export type WebsocketConnection = {
  signal: AbortSignal;
  /** How it connects; give one that guards its addresses where strangers choose them. Redirects are never followed. */
  socket?: Pick<ClientOptions, 'agent' | 'createConnection'> & { lookup?: LookupFunction };
};

/**
 * Connects, sends, and collects what comes until there is enough of it, the text that was waited for, no more time, or
 * the server closes. Binary messages are given as base64. Rejects with `websocket_failed` when it cannot connect or the
 * connection breaks, `output_too_large`, or the signal's reason.
 */
export const exchangeOverWebsocket = async (
  given: Exchange,
  { signal, socket: how = {} }: WebsocketConnection,
): Promise<ExchangeResult> => {
  const request = websocketExchangeSchema.parse(given);
  const url = readUrl(request.url);
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<ExchangeResult>();
  const socket = new WebSocket(url, {
    ...how,
    headers: request.headers,
    maxPayload: MAX_MESSAGE_BYTES,
    followRedirects: false,
    perMessageDeflate: false,
  });
  const messages: string[] = [];
  let isOpen = false;
  let bytes = 0;
  // A copy: what arrives together with the last one is no part of the answer.
  const finish = (endedBy: ExchangeResult['endedBy']) => resolve({ messages: [...messages], endedBy });
  const abort = () => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(
    () => (isOpen ? finish('timeout') : reject(failure(url, `did not open within ${request.timeoutMs / 1_000} s.`))),
    request.timeoutMs,
  );

  socket.on('open', () => {
    isOpen = true;
    const sent = request.send.map((text) => send(socket, text));
    if (request.maxMessages === 0) Promise.all(sent).then(() => finish('count'), reject);
  });
  socket.on('message', (data: Buffer, isBinary) => {
    bytes += data.byteLength;
    if (bytes > MAX_TOTAL_BYTES) return reject(tooLarge(url));
    const message = data.toString(isBinary ? 'base64' : 'utf8');
    messages.push(message);
    if (request.until !== undefined && message.includes(request.until)) finish('until');
    else if (messages.length >= request.maxMessages) finish('count');
  });
  // Its error follows, and would say no more than this.
  socket.on('unexpected-response', (_request, response) => {
    reject(refused(url, response.statusCode ?? 0));
    response.destroy();
  });
  socket.on('error', (error) => reject(isExecutionError(error) ? error : failure(url, `failed: ${messageOf(error)}`)));
  socket.on('close', () => finish('closed'));

  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    leave(socket);
  });
};

const send = (socket: WebSocket, text: string): Promise<void> =>
  new Promise((resolve, reject) => socket.send(text, (error) => (error ? reject(error) : resolve())));

const leave = (socket: WebSocket): void => {
  if (socket.readyState !== WebSocket.OPEN) {
    socket.terminate();
    return;
  }
  const timer = setTimeout(() => socket.terminate(), GOODBYE_MS);
  socket.once('close', () => clearTimeout(timer));
  socket.close(1_000);
};

const readUrl = (text: string): URL => {
  const url = URL.parse(text);
  if (url && (url.protocol === 'ws:' || url.protocol === 'wss:')) return url;
  throw new ExecutionError({
    code: 'websocket_failed',
    message: `url: "${text.slice(0, 200)}" is not a ws or wss address.`,
    hint: 'Write the whole address, such as wss://stream.example.com/prices.',
  });
};

/** Without the query, which often holds keys. */
const addressOf = (url: URL): string => `${url.origin}${url.pathname}`;

const failure = (url: URL, what: string): ExecutionError =>
  new ExecutionError({
    code: 'websocket_failed',
    message: `${addressOf(url)} ${what}`,
    hint: 'Check the address and whether it can be reached from here.',
  });

const refused = (url: URL, status: number): ExecutionError =>
  new ExecutionError({
    code: 'websocket_failed',
    message: `${addressOf(url)} answered ${status} instead of opening a WebSocket.`,
    hint: status === 401 || status === 403 ? 'Name a credential that this server accepts.' : 'Check the address.',
  });

const tooLarge = (url: URL): ExecutionError =>
  new ExecutionError({
    code: 'output_too_large',
    message: `${addressOf(url)} sent more than ${MAX_TOTAL_BYTES / 1_000_000} MB.`,
    hint: 'Wait for fewer messages.',
  });
