import type { PrivateHost } from '@agentweaver/core/egress/egress-policy';
import { createGuardedFetch } from '@agentweaver/core/egress/guarded-fetch';
import type { ClaimedExecution } from '@agentweaver/db/execution-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { LiveChannel } from '@agentweaver/db/live-channel';
import {
  beginModelCall,
  findModelCall,
  settleModelCall,
  spentTodayUsd,
  spentUsd,
} from '@agentweaver/db/model-call-store';
import type { Dispatcher } from 'undici';
import type { Metrics } from '../metrics.ts';
import { createBudget } from './budget.ts';
import { createDeltaPublisher } from './delta-publisher.ts';
import type { LocalModels } from './local-models.ts';
import { type CallKey, createModelService, type ModelCallMemo, type ModelService } from './model-service.ts';
import { readProviderKeys } from './provider-keys.ts';

export type ModelOptions = {
  prisma: PrismaClient;
  live: LiveChannel;
  metrics: Metrics;
  agent: Dispatcher;
  privateHosts: readonly PrivateHost[];
  masterKey: string;
  local: () => LocalModels | undefined;
};

/** The models of one execution, with its workspace's keys and its budget. */
export const createExecutionModels = async (
  { prisma, live, metrics, agent, privateHosts, masterKey, local }: ModelOptions,
  claim: ClaimedExecution,
): Promise<ModelService> => {
  const { execution, definition, workspace } = claim;
  const { keys, open } = await readProviderKeys({ prisma, masterKey }, workspace.id);
  return createModelService({
    keys,
    openKey: open,
    local,
    memo: createMemo(prisma, claim),
    budget: createBudget({
      limitUsd: definition.settings.budget?.usd,
      spentUsd: await spentUsd(prisma, execution.id),
      ...(workspace.maxCostPerDayUsd === null
        ? {}
        : {
            day: {
              limitUsd: workspace.maxCostPerDayUsd,
              spentUsd: () => spentTodayUsd(prisma, { workspaceId: workspace.id }),
            },
          }),
    }),
    guardedFetch: createGuardedFetch({ agent, privateHosts }),
    deltas: createDeltaPublisher((message) => live.publish(execution.id, message)),
    metrics,
  });
};

const createMemo = (prisma: PrismaClient, { execution, attemptId }: ClaimedExecution): ModelCallMemo => {
  const keyOf = (key: CallKey) => ({ executionId: execution.id, ...key });
  return {
    find: (key) => findModelCall(prisma, keyOf(key)),
    begin: (key, resolved) => beginModelCall(prisma, { key: keyOf(key), ...resolved }),
    settle: async (key, response) => {
      await settleModelCall(prisma, { key: keyOf(key), attemptId, response });
    },
  };
};
