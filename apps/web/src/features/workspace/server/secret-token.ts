import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits, safe in an address. */
export const createSecretToken = (): string => randomBytes(32).toString('base64url');

/** What is kept of it: a random token needs no slow hash. */
export const hashSecretToken = (token: string): string => createHash('sha256').update(token).digest('hex');
