import type { PrismaClient } from '@agentweaver/db/generated/client';
import { compare, hash } from 'bcryptjs';

/** About 100 ms on a server core. */
const BCRYPT_ROUNDS = 11;

export const hashPassword = (password: string): Promise<string> => hash(password, BCRYPT_ROUNDS);

/** A hash of nothing anybody has, so that an unknown address takes as long as a wrong password. */
let decoy: Promise<string> | undefined;

/** The user's id, or `null`; the answer takes equally long whether or not the address is known. */
export const verifyCredentials = async (
  prisma: PrismaClient,
  { email, password }: { email: string; password: string },
): Promise<{ id: string } | null> => {
  const user = await prisma.user.findUnique({ where: { email }, select: { id: true, passwordHash: true } });
  decoy ??= hashPassword(crypto.randomUUID());
  const matches = await compare(password, user?.passwordHash ?? (await decoy));
  return user?.passwordHash && matches ? { id: user.id } : null;
};
