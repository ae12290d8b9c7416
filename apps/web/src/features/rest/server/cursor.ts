import { AppError } from '@agentweaver/core/errors/app-error';
import { z } from 'zod';

const positionSchema = z.tuple([z.iso.datetime(), z.uuid()]);

export type Position = { at: Date; id: string };

/** Opaque to callers: where a page ended, by time and id, so that rows that come or go meanwhile shift nothing. */
export const encodeCursor = ({ at, id }: Position): string =>
  Buffer.from(JSON.stringify([at.toISOString(), id])).toString('base64url');

export const decodeCursor = (cursor: string | undefined): Position | undefined => {
  if (cursor === undefined) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    json = undefined;
  }
  const parsed = positionSchema.safeParse(json);
  if (!parsed.success) {
    throw new AppError('bad_request', {
      publicMessage: 'The cursor is not one of this list.',
      problems: [{ field: 'cursor', message: 'must be a next_cursor of this list' }],
    });
  }
  const [at, id] = parsed.data;
  return { at: new Date(at), id };
};
