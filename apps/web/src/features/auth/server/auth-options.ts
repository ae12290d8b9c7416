import type { NextAuthOptions } from 'next-auth';
import CredentialsProvider from 'next-auth/providers/credentials';
import { getEnv } from '../../../server/env.ts';
import { log } from '../../../server/log.ts';
import { getMetrics } from '../../../server/metrics.ts';
import { forgetLimit, takeFromLimit } from '../../../server/rate-limit.ts';
import { getServices } from '../../../server/services.ts';
import { signInSchema } from '../password-rules.ts';
import { safeReturnPath } from '../return-path.ts';
import { oauthProviders, userForOAuth } from './oauth-providers.ts';
import { cookieNames, isSecureSite, SESSION_MAX_AGE } from './session-cookie.ts';
import { verifyCredentials } from './verify-credentials.ts';

/** Reaches the browser as `error`; the form has a text for it. */
const RATE_LIMITED = 'rate_limited';

const authorize = async (given: unknown, ip: string): Promise<{ id: string } | null> => {
  const parsed = signInSchema.safeParse(given);
  if (!parsed.success) return null;
  const account = `${ip}:${parsed.data.email}`;
  const takes = await Promise.all([takeFromLimit('sign_in', account), takeFromLimit('sign_in_address', ip)]);
  if (takes.some((take) => !take.allowed)) {
    getMetrics().signIns.inc({ result: 'rate_limited' });
    throw new Error(RATE_LIMITED);
  }
  const user = await verifyCredentials(getServices().prisma, parsed.data);
  getMetrics().signIns.inc({ result: user ? 'success' : 'refused' });
  if (user) await forgetLimit('sign_in', account);
  return user;
};

export const createAuthOptions = (ip: string): NextAuthOptions => {
  const env = getEnv();
  const names = cookieNames();
  const cookie = { httpOnly: true, sameSite: 'lax', path: '/', secure: isSecureSite() } as const;
  return {
    secret: env.NEXTAUTH_SECRET,
    session: { strategy: 'jwt', maxAge: SESSION_MAX_AGE },
    pages: { signIn: '/sign-in', error: '/sign-in', signOut: '/sign-in' },
    cookies: {
      sessionToken: { name: names.session, options: cookie },
      csrfToken: { name: names.csrf, options: cookie },
      callbackUrl: { name: names.callback, options: cookie },
    },
    providers: [
      CredentialsProvider({
        credentials: { email: {}, password: {} },
        authorize: (credentials) => authorize(credentials, ip),
      }),
      ...oauthProviders(env),
    ],
    callbacks: {
      signIn: async ({ user, account, profile }) => {
        if (account?.type !== 'oauth') return true;
        const known = await userForOAuth(getServices().prisma, { account, profile });
        if (typeof known === 'string') return `/sign-in?error=${known}`;
        user.id = known.id;
        return true;
      },
      // The token names the user and nothing else: roles and names are read per request.
      jwt: ({ token, user }) => ({ sub: user?.id ?? token.sub }),
      session: ({ session }) => ({ expires: session.expires, user: {} }),
      redirect: ({ url, baseUrl }) => {
        const path = url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length) : url;
        return `${baseUrl}${safeReturnPath(path)}`;
      },
    },
    logger: {
      // A wrong password comes through here as well, with a stack; only the name is worth a line.
      error: (code, details) => {
        const name =
          details instanceof Error
            ? details.name
            : 'error' in details && details.error instanceof Error
              ? details.error.name
              : undefined;
        log.warn({ code, name }, 'sign-in error');
      },
      warn: (code) => log.debug({ code }, 'sign-in warning'),
      debug: () => undefined,
    },
  };
};
