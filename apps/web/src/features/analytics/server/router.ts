import { z } from 'zod';
import { router, viewerProcedure } from '../../../server/trpc.ts';
import { getAnalytics } from './get-analytics.ts';

/** Days that one question may cover. */
const MAX_DAYS = 400;

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

export const analyticsRouter = router({
  get: viewerProcedure
    .input(
      z
        .object({
          from: z.date(),
          /** Exclusive. */
          to: z.date(),
          timeZone: z.string().max(64).refine(isTimeZone, 'must be an IANA time zone such as Asia/Tokyo'),
          workflowId: z.uuid().optional(),
          model: z.string().max(300).optional(),
        })
        .refine(({ from, to }) => from < to, { path: ['to'], message: 'must be after the start' })
        .refine(({ from, to }) => to.getTime() - from.getTime() <= MAX_DAYS * 86_400_000, {
          path: ['from'],
          message: `covers more than ${MAX_DAYS} days; choose a shorter period`,
        }),
    )
    .query(({ ctx, input }) => getAnalytics(ctx, input)),
});
