import { expect, test } from 'vitest';
import { isDatabaseTrouble } from './database-trouble.ts';

const coded = (code: string, cause?: unknown) => Object.assign(new Error('x', { cause }), { code });

test.each([
  ['a refused connection', coded('ECONNREFUSED')],
  ['a full disk', coded('53100')],
  ['a stopped server', coded('57P01')],
  ['a broken connection', new Error('Connection terminated unexpectedly')],
  ['no free connection', new Error('timeout exceeded when trying to connect')],
  ['what Prisma wraps', coded('P2010', { originalCode: '57P01' })],
  ['what Prisma says', coded('P1001')],
  ['a cause of a cause', new Error('x', { cause: new Error('y', { cause: coded('ECONNRESET') }) })],
])('%s is trouble of the database', (_name, error) => {
  expect(isDatabaseTrouble(error)).toBe(true);
});

test.each([
  ['a unique violation', coded('23505')],
  ['a missing row', coded('P2025')],
  ['a programming error', new TypeError('x is not a function')],
  ['nothing', undefined],
  [
    'a cycle',
    (() => {
      const error = new Error('x');
      error.cause = error;
      return error;
    })(),
  ],
])('%s is not', (_name, error) => {
  expect(isDatabaseTrouble(error)).toBe(false);
});
