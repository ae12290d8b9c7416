import type { BrowserContext } from '@playwright/test';
import { z } from 'zod';

/** Signs a browser context in without the form, as its own pages would. Throws when the sign-in is refused. */
export const signInByRequest = async (
  context: BrowserContext,
  { url, email, password }: { url: string; email: string; password: string },
): Promise<void> => {
  const csrf = await context.request.get(`${url}/api/auth/csrf`);
  const { csrfToken } = z.object({ csrfToken: z.string() }).parse(await csrf.json());
  const response = await context.request.post(`${url}/api/auth/callback/credentials`, {
    form: { csrfToken, email, password, json: 'true', callbackUrl: url },
  });
  const session = await context.request.get(`${url}/api/auth/session`);
  const signedIn = z.object({ user: z.unknown() }).safeParse(await session.json());
  if (!response.ok() || !signedIn.success) throw new Error(`The sign-in was refused (${response.status()}).`);
};
