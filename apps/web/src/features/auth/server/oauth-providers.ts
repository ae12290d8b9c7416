import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { Account, Profile } from 'next-auth';
import GitHubProvider from 'next-auth/providers/github';
import GoogleProvider from 'next-auth/providers/google';
import type { Provider } from 'next-auth/providers/index';
import { z } from 'zod';
import type { WebEnv } from '../../../server/env.ts';
import { createAccount } from './create-account.ts';

export type OAuthName = 'github' | 'google';

/** What the operator switched on, in the order of the buttons. */
export const enabledOAuth = (env: WebEnv): OAuthName[] => [
  ...(env.GITHUB_ID ? (['github'] as const) : []),
  ...(env.GOOGLE_ID ? (['google'] as const) : []),
];

export const oauthProviders = (env: WebEnv): Provider[] => [
  ...(env.GITHUB_ID && env.GITHUB_SECRET
    ? [GitHubProvider({ clientId: env.GITHUB_ID, clientSecret: env.GITHUB_SECRET })]
    : []),
  ...(env.GOOGLE_ID && env.GOOGLE_SECRET
    ? [GoogleProvider({ clientId: env.GOOGLE_ID, clientSecret: env.GOOGLE_SECRET })]
    : []),
];

const githubEmails = z.array(z.object({ email: z.email(), primary: z.boolean(), verified: z.boolean() }));
const googleProfile = z.object({ email: z.email(), email_verified: z.literal(true) });
const namedProfile = z.object({ name: z.string().trim().min(1).max(80) });

/** GitHub shows addresses that nobody has confirmed; only a confirmed one says who somebody is. */
const verifiedEmail = async (account: Account, profile: Profile | undefined): Promise<string | null> => {
  if (account.provider === 'google') {
    const parsed = googleProfile.safeParse(profile);
    return parsed.success ? parsed.data.email.toLowerCase() : null;
  }
  const response = await fetch('https://api.github.com/user/emails', {
    headers: { Authorization: `Bearer ${account.access_token}`, Accept: 'application/vnd.github+json' },
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) return null;
  const parsed = githubEmails.safeParse(await response.json());
  return parsed.data?.find((entry) => entry.primary && entry.verified)?.email.toLowerCase() ?? null;
};

/**
 * The user of an OAuth sign-in, made at the first one; or the reason why not. An address that has a password here is refused:
 * whoever made that account never proved that the address is theirs, and would share the newcomer's workspace.
 */
export const userForOAuth = async (
  prisma: PrismaClient,
  { account, profile }: { account: Account; profile: Profile | undefined },
): Promise<{ id: string } | 'email_unverified' | 'use_password'> => {
  const email = await verifiedEmail(account, profile);
  if (!email) return 'email_unverified';
  const known = await prisma.user.findUnique({ where: { email }, select: { id: true, passwordHash: true } });
  if (known) return known.passwordHash ? 'use_password' : { id: known.id };
  const name = namedProfile.safeParse(profile);
  return createAccount(prisma, {
    email,
    name: name.success ? name.data.name : (email.split('@')[0] ?? email),
    passwordHash: null,
  });
};
