import { cookies } from 'next/headers';
import { cache } from 'react';
import { getServices } from '../../../server/services.ts';
import { findSessionUser, type SessionUser } from './session-user.ts';

/** The signed-in user of the page being rendered; read once per request. */
export const getPageUser = cache(async (): Promise<SessionUser | null> => {
  const jar = await cookies();
  return findSessionUser(getServices().prisma, jar.toString());
});
