import type { NextRequest } from 'next/server';
import NextAuth from 'next-auth';
import { clientIp } from '../../../server/client-ip.ts';
import { getEnv } from '../../../server/env.ts';
import { log } from '../../../server/log.ts';
import { createAuthOptions } from './auth-options.ts';
import { cookieNames, readCookie } from './session-cookie.ts';

type RouteContext = { params: Promise<{ nextauth: string[] }> };

const isUsable = (callbackUrl: string | null): boolean =>
  callbackUrl === null || (URL.canParse(callbackUrl, getEnv().publicUrl) && /^(https?:\/\/|\/)/.test(callbackUrl));

/**
 * next-auth answers a `callbackUrl` that is no address, and a credentials callback that is no POST, with a bare 500.
 * Both come from outside, so they are turned away here.
 */
export const handleAuth = async (request: NextRequest, context: RouteContext): Promise<Response> => {
  const { nextauth } = await context.params;
  const [action, provider] = nextauth;
  const toSignIn = () => Response.redirect(`${getEnv().publicUrl}/sign-in`, 303);
  if (action === 'callback' && provider === 'credentials' && request.method !== 'POST') return toSignIn();
  const callbackUrls = [
    request.nextUrl.searchParams.get('callbackUrl'),
    readCookie(request.headers.get('cookie'), cookieNames().callback),
  ];
  if (!callbackUrls.every(isUsable)) return toSignIn();
  try {
    const handler = NextAuth(createAuthOptions(clientIp(request.headers))) as (
      request: NextRequest,
      context: RouteContext,
    ) => Promise<Response>;
    const response = await handler(request, { params: Promise.resolve({ nextauth }) });
    response.headers.set('Cache-Control', 'no-store');
    return response;
  } catch (error) {
    log.error({ err: error, action }, 'sign-in failed unexpectedly');
    return Response.json({ error: 'internal' }, { status: 500 });
  }
};
