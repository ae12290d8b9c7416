import { expect, it } from 'vitest';
import { emailSchema, passwordSchema } from './password-rules.ts';

it.each([
  ['short1!ab', 'password_short'],
  ['aaaaaaaaaaaa', 'password_simple'],
  ['あいうえお'.repeat(6), 'password_long'],
])('refuses %s', (password, problem) =>
  expect(passwordSchema.safeParse(password).error?.issues[0]?.message).toBe(problem),
);

it('takes a passphrase', () => expect(passwordSchema.safeParse('correct horse battery').success).toBe(true));

it('brings addresses into one form', () => expect(emailSchema.parse(' Ada@Example.COM ')).toBe('ada@example.com'));
