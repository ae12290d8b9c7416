import { encodeCursor } from './cursor.ts';

type Row = { id: string; createdAt?: Date; receivedAt?: Date };

/** The cursor that callers get for the id at which a page ended. */
export const cursorAfter = (items: readonly Row[], nextCursor: string | null): string | null => {
  const last = items.at(-1);
  const at = last?.createdAt ?? last?.receivedAt;
  return nextCursor !== null && last && at ? encodeCursor({ at, id: last.id }) : null;
};
