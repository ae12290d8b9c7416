import { z } from 'zod';

/** The largest `seq` that the column can hold; beyond it the database refuses the question. */
export const MAX_SEQ = 2_147_483_647;

/** A place in an execution's log: everything after this `seq`. */
export const seqSchema = z.int().min(0).max(MAX_SEQ);

/** The place that a browser names when it connects again; what is none is the beginning. */
export const parseEventId = (text: string | null | undefined): number => {
  const seq = Number(text ?? 0);
  return seqSchema.safeParse(seq).data ?? 0;
};
