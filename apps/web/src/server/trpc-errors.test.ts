import { TRPCError } from '@trpc/server';
import { describe, expect, it } from 'vitest';
import { toAppError } from './trpc-errors.ts';

describe('what a failure of the database becomes', () => {
  it('is "unavailable" with a time to try again while it is away, without its address', () => {
    const away = Object.assign(new Error("Can't reach database server at 10.1.2.3:5432"), { code: 'P1001' });
    const error = toAppError(away);
    expect(error).toMatchObject({ code: 'unavailable', retryAfterSeconds: 5 });
    expect(error.publicMessage).not.toContain('10.1.2.3');
    const wrapped = new TRPCError({ code: 'INTERNAL_SERVER_ERROR', message: away.message, cause: away });
    expect(toAppError(wrapped)).toMatchObject({ code: 'unavailable', publicMessage: error.publicMessage });
  });

  it('is the caller’s mistake when a text cannot be stored', () => {
    const refused = new Error(
      'Database error. Code: `22021`. Message: `invalid byte sequence for encoding "UTF8": 0x00`',
    );
    expect(toAppError(refused)).toMatchObject({ code: 'bad_request' });
  });

  it('stays internal, and hidden, when nobody knows it', () => {
    const error = toAppError(new Error('relation "secret" does not exist'));
    expect(error.code).toBe('internal');
    expect(error.publicMessage).not.toContain('secret');
  });
});
