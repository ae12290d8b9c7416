import { createHash } from 'node:crypto';
import { decode } from 'next-auth/jwt';
import { z } from 'zod';
import { getEnv } from '../../../server/env.ts';

/** 30 days, in seconds. */
export const SESSION_MAX_AGE = 30 * 24 * 60 * 60;

/**
 * Cookies do not tell ports apart, so two installations on one host would sign each other out.
 * Each has its own secret, and all web processes of one installation share it.
 */
const installSuffix = (): string =>
  createHash('sha256').update(`cookie:${getEnv().NEXTAUTH_SECRET}`).digest('hex').slice(0, 8);

export const isSecureSite = (): boolean => getEnv().publicUrl.startsWith('https://');

export const cookieNames = () => {
  const secure = isSecureSite();
  const suffix = installSuffix();
  return {
    session: `${secure ? '__Secure-' : ''}agentweaver.session.${suffix}`,
    csrf: `${secure ? '__Host-' : ''}agentweaver.csrf.${suffix}`,
    callback: `${secure ? '__Secure-' : ''}agentweaver.callback.${suffix}`,
  };
};

const tokenSchema = z.object({ sub: z.uuid() });

export const readCookie = (header: string | null | undefined, name: string): string | null => {
  for (const part of (header ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === name) return decodeURIComponent(part.slice(at + 1).trim());
  }
  return null;
};

/** The user id in a request's session cookie; `null` when it is missing, forged or expired. Works outside of Next as well. */
export const readSessionUserId = async (cookieHeader: string | null | undefined): Promise<string | null> => {
  try {
    const token = readCookie(cookieHeader, cookieNames().session);
    if (!token) return null;
    const claims = tokenSchema.safeParse(await decode({ token, secret: getEnv().NEXTAUTH_SECRET }));
    return claims.success ? claims.data.sub : null;
  } catch {
    // A cookie that cannot be decrypted is somebody else's or tampered with: nobody is signed in.
    return null;
  }
};
