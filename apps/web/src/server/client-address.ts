import type { IncomingMessage } from 'node:http';

/**
 * Who is calling, for rate limits. A header is believed only behind a proxy that the operator vouches for, and of the
 * list only its last entry, which that proxy wrote itself.
 */
export const clientAddress = (request: IncomingMessage, trustProxy: boolean): string => {
  const direct = request.socket.remoteAddress ?? 'unknown';
  if (!trustProxy) return direct;
  const forwarded = request.headers['x-forwarded-for'];
  const list = (Array.isArray(forwarded) ? forwarded.join(',') : (forwarded ?? ''))
    .split(',')
    .map((entry) => entry.trim());
  return list.at(-1) || direct;
};
