import { APP_ERRORS, AppError } from '@agentweaver/core/errors/app-error';
import { z } from 'zod';
import { getEnv } from '../../../server/env.ts';
import { log } from '../../../server/log.ts';
import { enforceLimit } from '../../../server/rate-limit.ts';
import { assertSameOrigin } from '../../../server/same-origin.ts';
import { getServices } from '../../../server/services.ts';
import { toAppError, toPublicError } from '../../../server/trpc-errors.ts';
import { readCookie } from '../../auth/server/session-cookie.ts';
import { findSessionUser } from '../../auth/server/session-user.ts';
import { findMembership } from '../../workspace/server/find-membership.ts';
import { finishOAuth, type OAuthOutcome } from './finish-oauth.ts';
import { oauthCookie, oauthCookieName } from './oauth-state.ts';
import { startOAuth } from './start-oauth.ts';

const MAX_BODY_BYTES = 4_096;

const startSchema = z.object({ workspace: z.string().min(1).max(80), id: z.uuid() });

/** `POST /api/oauth/connect`: gives the provider's address, and sets the cookie that the way back needs. */
export const connectCredential = async (request: Request): Promise<Response> => {
  try {
    assertSameOrigin(request);
    const { prisma } = getServices();
    const user = await findSessionUser(prisma, request.headers.get('cookie'));
    if (!user) throw new AppError('unauthorized', { publicMessage: 'Sign in to go on.' });
    await enforceLimit('credential_connect', user.id);
    const { workspace: slug, id } = startSchema.parse(await readBody(request));
    const membership = await findMembership(prisma, { userId: user.id, slug });
    if (!membership) throw new AppError('not_found', { publicMessage: 'There is no such workspace.' });
    if (membership.role !== 'owner') {
      throw new AppError('forbidden', { publicMessage: `This needs the role owner; yours is ${membership.role}.` });
    }
    const actor = { workspaceId: membership.workspace.id, userId: user.id };
    const { url, cookie } = await startOAuth(prisma, { actor, id });
    return Response.json({ url }, { headers: { 'Set-Cookie': oauthCookie(cookie), 'Cache-Control': 'no-store' } });
  } catch (cause) {
    const error = toAppError(cause);
    const { http, log: level } = APP_ERRORS[error.code];
    log[level]({ code: error.code, err: http >= 500 ? error : undefined }, error.message);
    return Response.json({ error: toPublicError(error) }, { status: http });
  }
};

/** Node refuses a body longer than it announces, and browsers always announce. */
const readBody = async (request: Request): Promise<unknown> => {
  const announced = Number(request.headers.get('content-length') ?? Number.NaN);
  if (!(announced <= MAX_BODY_BYTES)) {
    throw new AppError('payload_too_large', { publicMessage: 'The request is too large.' });
  }
  return request.json().catch(() => null);
};

/** `GET /api/oauth/callback`: where the provider sends the browser back to. It goes on to a page of this site, always. */
export const returnFromProvider = async (request: Request): Promise<Response> => {
  const { prisma } = getServices();
  const cookies = request.headers.get('cookie');
  let outcome: OAuthOutcome | 'failed' = 'failed';
  let slug: string | undefined;
  try {
    const user = await findSessionUser(prisma, cookies);
    if (!user) return goTo('/sign-in');
    const cookie = readCookie(cookies, oauthCookieName());
    ({ outcome, slug } = await finishOAuth(prisma, {
      userId: user.id,
      cookie,
      query: new URL(request.url).searchParams,
    }));
  } catch (error) {
    log.error({ err: error }, 'a return from a provider failed');
  }
  return goTo(slug ? `/w/${slug}/settings/credentials?oauth=${outcome}` : '/');
};

const goTo = (path: string): Response =>
  new Response(null, {
    status: 303,
    headers: {
      Location: `${getEnv().publicUrl}${path}`,
      // Its use is over, whatever came of it.
      'Set-Cookie': oauthCookie(''),
      'Cache-Control': 'no-store',
      // The address holds a code.
      'Referrer-Policy': 'no-referrer',
    },
  });
