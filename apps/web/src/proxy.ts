import { type NextRequest, NextResponse } from 'next/server';
import { contentSecurityPolicy } from './server/content-security-policy.ts';

/** Gives each page its nonce. No decision about access is made here: pages and procedures check for themselves. */
export const proxy = (request: NextRequest): NextResponse => {
  const nonce = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64');
  const policy = contentSecurityPolicy({
    nonce,
    host: request.headers.get('host'),
    development: process.env.NODE_ENV !== 'production',
  });
  const headers = new Headers(request.headers);
  headers.set('x-nonce', nonce);
  // Next reads the nonce for its own scripts from here.
  headers.set('content-security-policy', policy);
  const response = NextResponse.next({ request: { headers } });
  response.headers.set('Content-Security-Policy', policy);
  return response;
};

export const config = {
  // Without /api: the proxy would hold request bodies in memory before the routes can refuse them.
  matcher: ['/((?!api/|_next/|collab|favicon|.*\\.(?:svg|png|ico|webmanifest)$).*)'],
};
