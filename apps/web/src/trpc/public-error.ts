import { TRPCClientError } from '@trpc/client';
import { z } from 'zod';

const publicErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  problems: z.array(z.object({ field: z.string(), message: z.string() })).default([]),
  retryAfterSeconds: z.number().optional(),
  requestId: z.string().optional(),
});

export type ClientError = z.infer<typeof publicErrorSchema>;

const withErrorSchema = z.object({ error: publicErrorSchema });

/** What the server said about a failed call; `undefined` when it never answered. */
export const publicErrorOf = (error: unknown): ClientError | undefined => {
  if (!(error instanceof TRPCClientError)) return undefined;
  const parsed = withErrorSchema.safeParse(error.data);
  return parsed.success ? parsed.data.error : undefined;
};
