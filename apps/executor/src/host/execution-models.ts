import type { PrivateHost } from '@agentweaver/core/egress/egress-policy';
import { createGuardedFetch } from '@agentweaver/core/egress/guarded-fetch';
import type { CircuitBreakers } from '@agentweaver/core/models/circuit-breakers';
import { readAnsweredBudgetWaits } from '@agentweaver/db/budget-wait-store';
import type { ClaimedExecution } from '@agentweaver/db/execution-claim';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { LiveChannel } from '@agentweaver/db/live-channel';
import { createModelCacheStore } from '@agentweaver/db/model-cache-store';
import { readModelUsage } from '@agentweaver/db/model-call-store';
import { readModelPrices } from '@agentweaver/db/model-price-store';
import type { Dispatcher } from 'undici';
import type { Metrics } from '../metrics.ts';
import { createAskForBudget } from './ask-for-budget.ts';
import { createBudgetScopes } from './budget-scopes.ts';
import { createDeltaPublisher } from './delta-publisher.ts';
import type { CallTurns } from './gate/call-gate.ts';
import type { LocalModels } from './local-models.ts';
import { createModelCallMemo } from './model-call-memo.ts';
import { createModelService, type ModelService } from './model-service.ts';
import { readProviderKeys } from './provider-keys.ts';

export type ModelOptions = {
  prisma: PrismaClient;
  live: LiveChannel;
  metrics: Metrics;
  agent: Dispatcher;
  privateHosts: readonly PrivateHost[];
  masterKey: string;
  local: () => LocalModels | undefined;
  /** One for the whole executor. */
  breakers: CircuitBreakers;
};

/** The model calls of one execution, with its workspace's keys, prices, cache and limits as they are now. */
export const createExecutionModels = async (
  { prisma, live, metrics, agent, privateHosts, masterKey, local, breakers }: ModelOptions,
  { execution, attemptId, definition, workspace }: ClaimedExecution,
  turns: CallTurns,
): Promise<ModelService> => {
  const claim = { executionId: execution.id, attemptId };
  const [{ keys, open }, prices, usage, answered] = await Promise.all([
    readProviderKeys({ prisma, masterKey }, workspace.id),
    readModelPrices(prisma, workspace.id),
    readModelUsage(prisma, execution.id),
    readAnsweredBudgetWaits(prisma, execution.id),
  ]);
  const budgets = createBudgetScopes({ definition, usage });
  return createModelService({
    keys,
    openKey: open,
    local,
    memo: createModelCallMemo(prisma, {
      ...claim,
      workspaceId: workspace.id,
      dayLimitUsd: workspace.maxCostPerDayUsd ?? undefined,
    }),
    budgets,
    askForBudget: createAskForBudget(prisma, claim, { scopes: budgets, answered }),
    breakers,
    cache: createModelCacheStore(prisma, workspace.id),
    prices,
    guardedFetch: createGuardedFetch({ agent, privateHosts }),
    deltas: createDeltaPublisher((message) => live.publish(execution.id, message)),
    turns,
    metrics,
  });
};
