import { z } from 'zod';

/**
 * Messages beside the Yjs sync on a draft's connection.
 * `flush`: the client asks that everything it sent so far reaches the database now.
 * `flushed`: the answer, with the same id. `stored`: the database holds everything the server has seen.
 * `store_failed`: the server keeps the changes in memory and tries again. `deleted`: the workflow is gone.
 */
export const draftMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('flush'), id: z.string().max(64) }),
  z.object({ type: z.literal('flushed'), id: z.string().max(64) }),
  z.object({ type: z.literal('stored') }),
  z.object({
    type: z.literal('store_failed'),
    id: z.string().max(64).optional(),
    reason: z.enum(['unavailable', 'too_large']),
  }),
  z.object({ type: z.literal('deleted') }),
]);
export type DraftMessage = z.infer<typeof draftMessageSchema>;

export const encodeDraftMessage = (message: DraftMessage): string => JSON.stringify(message);

/** Undefined for anything that is not a message of ours. */
export const decodeDraftMessage = (payload: string): DraftMessage | undefined => {
  try {
    return draftMessageSchema.safeParse(JSON.parse(payload)).data;
  } catch {
    return undefined;
  }
};

/** Where the browser and the server meet; same origin as the page. */
export const COLLAB_PATH = '/collab';

/** The largest stored draft, in bytes of Yjs state. */
export const MAX_DRAFT_BYTES = 16 * 1024 * 1024;

/** The largest single WebSocket message, in bytes: a full first sync must fit. */
export const MAX_MESSAGE_BYTES = MAX_DRAFT_BYTES + 1024 * 1024;

/** Why the server ends a connection whose user's role has changed. */
export const ACCESS_CHANGED = 'access-changed';
