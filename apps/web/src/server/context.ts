import { randomUUID } from 'node:crypto';
import { findSessionUser, type SessionUser } from '../features/auth/server/session-user.ts';
import { clientIp } from './client-ip.ts';
import { log } from './log.ts';
import { getServices, type Services } from './services.ts';

export type Context = Services & {
  headers: Headers;
  requestId: string;
  /** The caller's address, or `unknown`. */
  ip: string;
  log: typeof log;
  /** Read at the first call and kept for the request; `null` when nobody is signed in. */
  getUser: () => Promise<SessionUser | null>;
};

export const createContext = (headers: Headers): Context => {
  const services = getServices();
  const requestId = randomUUID();
  let user: Promise<SessionUser | null> | undefined;
  return {
    ...services,
    headers,
    requestId,
    ip: clientIp(headers),
    log: log.child({ requestId }),
    getUser: () => {
      user ??= findSessionUser(services.prisma, headers.get('cookie'));
      return user;
    },
  };
};
