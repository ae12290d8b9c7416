import { ExecutionError } from '@agentweaver/core/engine/execution-errors';
import { PROVIDERS } from '@agentweaver/core/models/catalog';
import { decryptSecret } from '@agentweaver/db/encryption';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { AvailableKey } from './resolve-model.ts';

export type ProviderKeys = {
  /** Oldest first. */
  keys: AvailableKey[];
  /** The text of a key. It goes no further than the call that needs it. */
  open(key: AvailableKey): Promise<string>;
};

/** A workspace's provider keys as they are when an execution begins. */
export const readProviderKeys = async (
  { prisma, masterKey }: { prisma: PrismaClient; masterKey: string },
  workspaceId: string,
): Promise<ProviderKeys> => {
  const rows = await prisma.providerKey.findMany({ where: { workspaceId }, orderBy: { createdAt: 'asc' } });
  const sealed = new Map(rows.map((row) => [row.id, row]));
  return {
    keys: rows.flatMap(({ id, provider, label, baseUrl, models, maxConcurrentCalls, maxCallsPerMinute }) =>
      isKeyProvider(provider) ? [{ id, provider, label, baseUrl, models, maxConcurrentCalls, maxCallsPerMinute }] : [],
    ),
    open: async (key) => {
      const row = sealed.get(key.id);
      try {
        if (row) return decryptSecret({ masterKey, workspaceId }, row);
      } catch {
        // What went wrong inside must not be shown.
      }
      throw new ExecutionError({
        code: 'model_invalid_key',
        message: `The stored key “${key.label}” cannot be read.`,
        hint: 'It was stored under another master key. Remove it in the settings and add it again.',
      });
    },
  };
};

const isKeyProvider = (provider: string): provider is AvailableKey['provider'] =>
  provider in PROVIDERS && provider !== 'demo';
