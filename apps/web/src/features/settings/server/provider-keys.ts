import { AppError } from '@agentweaver/core/errors/app-error';
import { decryptSecret, encryptSecret } from '@agentweaver/db/encryption';
import { Prisma, type PrismaClient } from '@agentweaver/db/generated/client';
import { z } from 'zod';
import { recordAudit } from '../../../server/audit.ts';
import { getEnv } from '../../../server/env.ts';
import { createGuardedFetch } from '../../../server/guarded-fetch.ts';
import { PROVIDERS, type ProviderName, providerTitle } from '../provider-names.ts';
import type { Actor } from './members.ts';
import { type KeyTest, type ProviderCredentials, testProviderKey } from './test-provider-key.ts';

export type NewProviderKey = ProviderCredentials & { label: string; models: string[] };

const providerSchema = z.enum(PROVIDERS);

/** Everything but the key. */
const shownFields = {
  id: true,
  provider: true,
  label: true,
  baseUrl: true,
  lastFour: true,
  models: true,
  maxConcurrentCalls: true,
  maxCallsPerMinute: true,
  createdAt: true,
  testedAt: true,
  testError: true,
} as const;

const guardedTest = (credentials: ProviderCredentials): Promise<KeyTest> =>
  testProviderKey(credentials, createGuardedFetch(getEnv().EGRESS_ALLOWED_PRIVATE_HOSTS));

const notFound = (): AppError => new AppError('not_found', { publicMessage: 'There is no such key.' });

export const listProviderKeys = async (prisma: PrismaClient, { workspaceId }: Actor) => {
  const keys = await prisma.providerKey.findMany({
    where: { workspaceId },
    orderBy: { createdAt: 'asc' },
    select: shownFields,
  });
  return keys.map((key) => ({ ...key, provider: providerSchema.parse(key.provider) }));
};

const labelTaken = (cause: unknown): AppError =>
  new AppError('conflict', {
    publicMessage: 'This provider already has a key with that label.',
    problems: [{ field: 'label', message: 'label_taken' }],
    cause,
  });

/** Tests first: an address that is closed is refused, a key that does not work is kept and says so. */
export const addProviderKey = async (
  prisma: PrismaClient,
  { actor, key }: { actor: Actor; key: NewProviderKey },
): Promise<{ id: string; testError: string | null }> => {
  const { workspaceId, userId } = actor;
  const test = await guardedTest(key);
  const secret = encryptSecret({ masterKey: getEnv().AGENTWEAVER_MASTER_KEY, workspaceId }, key.apiKey);
  const label = key.label || providerTitle(key.provider);
  try {
    return await prisma.$transaction(async (transaction) => {
      const saved = await transaction.providerKey.create({
        data: {
          workspaceId,
          provider: key.provider,
          label,
          baseUrl: key.baseUrl,
          ciphertext: secret.ciphertext,
          keyVersion: secret.keyVersion,
          lastFour: key.apiKey.slice(-4),
          models: key.models.length > 0 ? key.models : test.models,
          createdById: userId,
          testedAt: new Date(),
          testError: test.error,
        },
        select: { id: true, testError: true },
      });
      await recordAudit(transaction, {
        ...actor,
        action: 'provider_key.added',
        targetType: 'provider_key',
        targetId: saved.id,
        data: { provider: key.provider, label },
      });
      return saved;
    });
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') throw labelTaken(error);
    throw error;
  }
};

export const retestProviderKey = async (
  prisma: PrismaClient,
  { actor, id }: { actor: Actor; id: string },
): Promise<{ error: string | null }> => {
  const key = await prisma.providerKey.findFirst({ where: { id, workspaceId: actor.workspaceId } });
  if (!key) throw notFound();
  const masterKey = getEnv().AGENTWEAVER_MASTER_KEY;
  const apiKey = decryptSecret({ masterKey, workspaceId: actor.workspaceId }, key);
  const provider: ProviderName = providerSchema.parse(key.provider);
  const test = await guardedTest({ provider, apiKey, baseUrl: key.baseUrl });
  await prisma.$transaction(async (transaction) => {
    await transaction.providerKey.updateMany({
      where: { id },
      data: {
        testedAt: new Date(),
        testError: test.error,
        ...(key.models.length === 0 && test.models.length > 0 ? { models: test.models } : {}),
      },
    });
    await recordAudit(transaction, {
      ...actor,
      action: 'provider_key.tested',
      targetType: 'provider_key',
      targetId: id,
      data: { passed: test.error === null },
    });
  });
  return { error: test.error };
};

export const removeProviderKey = (prisma: PrismaClient, { actor, id }: { actor: Actor; id: string }): Promise<void> =>
  prisma.$transaction(async (transaction) => {
    const key = await transaction.providerKey.findFirst({
      where: { id, workspaceId: actor.workspaceId },
      select: { provider: true, label: true },
    });
    if (!key) throw notFound();
    await transaction.providerKey.delete({ where: { id } });
    await recordAudit(transaction, {
      ...actor,
      action: 'provider_key.removed',
      targetType: 'provider_key',
      targetId: id,
      data: key,
    });
  });
