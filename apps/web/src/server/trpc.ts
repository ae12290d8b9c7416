import { APP_ERRORS, AppError } from '@agentweaver/core/errors/app-error';
import { initTRPC } from '@trpc/server';
import superjson from 'superjson';
import { z } from 'zod';
import { hasRole, type WorkspaceRole } from '../features/workspace/roles.ts';
import { findMembership } from '../features/workspace/server/find-membership.ts';
import type { Context } from './context.ts';
import { countApiCall } from './metrics.ts';
import { traceProcedure } from './trace-request.ts';
import { toAppError, toPublicError, toTrpcError } from './trpc-errors.ts';

const t = initTRPC.context<Context>().create({
  transformer: superjson,
  sse: {
    ping: { enabled: true, intervalMs: 15_000 },
    // A stream ends now and then so that rights are checked again; the browser resumes where it was.
    maxDurationMs: 5 * 60_000,
    client: { reconnectAfterInactivityMs: 45_000 },
  },
  errorFormatter: ({ shape, error, ctx }) => ({
    code: shape.code,
    message: toAppError(error).publicMessage,
    data: {
      httpStatus: shape.data.httpStatus,
      path: shape.data.path,
      error: { ...toPublicError(toAppError(error)), requestId: ctx?.requestId },
    },
  }),
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** Around everything else: what is logged in a procedure says to which trace it belongs. */
const traced = t.middleware(({ next, path, type, ctx }) =>
  traceProcedure(
    { path, type, headers: ctx.headers },
    { work: next, statusOf: (result) => (result.ok ? 200 : APP_ERRORS[toAppError(result.error).code].http) },
  ),
);

/** Every failure passes here once: it is brought into the error table, logged and counted. */
const boundary = t.middleware(async ({ next, path, type, ctx }) => {
  const result = await next();
  const method = type === 'mutation' ? 'POST' : 'GET';
  if (result.ok) {
    countApiCall({ endpoint: `trpc.${path}`, method, status: 200 });
    return result;
  }
  const error = toAppError(result.error);
  const { http, log } = APP_ERRORS[error.code];
  countApiCall({ endpoint: `trpc.${path}`, method, status: http });
  ctx.log[log]({ path, code: error.code, err: http >= 500 ? error : undefined }, error.message);
  throw toTrpcError(error);
});

/** Anybody, signed in or not. */
export const publicProcedure = t.procedure.use(traced).use(boundary);

/** Anybody who is signed in; gives `ctx.user`. */
export const userProcedure = publicProcedure.use(async ({ ctx, next }) => {
  const user = await ctx.getUser();
  if (!user) throw new AppError('unauthorized', { publicMessage: 'Sign in to go on.' });
  return next({ ctx: { user } });
});

/** A member with at least this role; a workspace that the caller does not belong to does not exist for them. */
const memberProcedure = (needed: WorkspaceRole) =>
  userProcedure.input(z.object({ workspace: z.string().min(1).max(80) })).use(async ({ ctx, input, next }) => {
    const membership = await findMembership(ctx.prisma, { userId: ctx.user.id, slug: input.workspace });
    if (!membership) throw new AppError('not_found', { publicMessage: 'There is no such workspace.' });
    if (!hasRole(membership.role, needed)) {
      throw new AppError('forbidden', { publicMessage: `This needs the role ${needed}; yours is ${membership.role}.` });
    }
    const { workspace, role } = membership;
    return next({ ctx: { workspace, role, actor: { workspaceId: workspace.id, userId: ctx.user.id } } });
  });

export const viewerProcedure = memberProcedure('viewer');
export const editorProcedure = memberProcedure('editor');
export const ownerProcedure = memberProcedure('owner');
