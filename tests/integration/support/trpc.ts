import { TRPCError } from '@trpc/server';
import { encode } from 'next-auth/jwt';
import type { z } from 'zod';
import { cookieNames } from '../../../apps/web/src/features/auth/server/session-cookie.ts';
import { createContext } from '../../../apps/web/src/server/context.ts';
import { getEnv } from '../../../apps/web/src/server/env.ts';
import { rootRouter } from '../../../apps/web/src/server/root-router.ts';
import { createCallerFactory } from '../../../apps/web/src/server/trpc.ts';
import { toAppError } from '../../../apps/web/src/server/trpc-errors.ts';

const createCaller = createCallerFactory(rootRouter);

type Procedure = { type: 'query' | 'mutation' | 'subscription'; inputs: z.ZodType[] };

/** Every procedure of the app by its path, e.g. `executions.list`, as tRPC keeps it. */
export const PROCEDURES: Readonly<Record<string, Procedure>> = Object.fromEntries(
  Object.entries(rootRouter._def.procedures as unknown as Record<string, { _def: Procedure }>).map(
    ([path, { _def }]) => [path, _def],
  ),
);

export const sessionCookie = async (userId: string): Promise<string> =>
  `${cookieNames().session}=${await encode({ token: { sub: userId }, secret: getEnv().NEXTAUTH_SECRET })}`;

/** Every procedure, called as this user; `null` for somebody who is not signed in. */
export const callAs = async (user: { userId: string } | null) =>
  createCaller(createContext(new Headers(user ? { cookie: await sessionCookie(user.userId) } : {})));

/** How a call was refused: the code, and the fields that are wrong. Rejects for a call that was not. */
export const refusalOf = (call: Promise<unknown>): Promise<{ code: string; fields: string[] }> =>
  call.then(
    (value) => {
      throw new Error(`The call was not refused, it gave ${JSON.stringify(value)}.`);
    },
    (error: unknown) => {
      if (!(error instanceof TRPCError)) throw error;
      const { code, problems } = toAppError(error);
      return { code, fields: problems.map(({ field }) => field).sort() };
    },
  );
