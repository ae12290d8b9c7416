import { z } from 'zod';

export const MIN_PASSWORD_LENGTH = 10;
/** bcrypt ignores what comes after 72 bytes, so longer ones are refused instead of cut. */
const MAX_PASSWORD_BYTES = 72;

/** Issue messages are keys of `auth.problems`, so that both sides speak of them in the viewer's language. */
export const passwordSchema = z
  .string()
  .min(MIN_PASSWORD_LENGTH, 'password_short')
  .refine((value) => new TextEncoder().encode(value).length <= MAX_PASSWORD_BYTES, 'password_long')
  .refine((value) => new Set(value).size >= 4, 'password_simple');

export const emailSchema = z.string().trim().toLowerCase().max(254, 'email_invalid').pipe(z.email('email_invalid'));

export const signUpSchema = z.object({
  name: z.string().trim().min(1, 'name_missing').max(80, 'name_long'),
  email: emailSchema,
  password: passwordSchema,
});

export const signInSchema = z.object({
  email: emailSchema,
  password: z.string().min(1, 'password_missing').max(1_000),
});
