import { EgressDenied, type PrivateHost } from '@agentweaver/core/egress/egress-policy';
import { createGuardedFetch } from '@agentweaver/core/egress/guarded-fetch';
import type { Usage } from '@agentweaver/core/models/model-call';
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
import type { Logger } from 'pino';
import type { Agent } from 'undici';
import type { Metrics } from '../metrics.ts';
import { createBudget } from './budget.ts';
import { createDeltaPublisher } from './delta-publisher.ts';
import type { HostServices } from './host-calls.ts';
import { httpFetch } from './http-fetch.ts';
import type { LocalModels } from './local-models.ts';
import { type CallKey, createModelService, type ModelCallMemo } from './model-service.ts';
import { readProviderKeys } from './provider-keys.ts';

/** What one step has used, all its attempts together. */
export type Metered = { model?: string; usage?: Usage; costUsd?: number };

export type MeteredServices = HostServices & {
  /** Of the calls that this host made or answered from memory; empty for a step that made none. */
  metered(nodeId: string): Metered;
};

export type ServiceOptions = {
  prisma: PrismaClient;
  live: LiveChannel;
  metrics: Metrics;
  agent: Agent;
  privateHosts: readonly PrivateHost[];
  masterKey: string;
  local: () => LocalModels | undefined;
};

export type CreateServices = (claim: ClaimedExecution, logger: Logger) => Promise<MeteredServices>;

/** Everything that one execution may ask of the outside, with its workspace's keys, rules and budget. */
export const createExecutionServices =
  ({ prisma, live, metrics, agent, privateHosts, masterKey, local }: ServiceOptions): CreateServices =>
  async (claim, logger) => {
    const { execution, definition, workspace } = claim;
    const { keys, open } = await readProviderKeys({ prisma, masterKey }, workspace.id);
    const models = createModelService({
      keys,
      openKey: open,
      local,
      memo: createMemo(prisma, claim),
      budget: createBudget({
        limitUsd: definition.settings.budgetUsd,
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
    const rules = { privateHosts, allowedHosts: workspace.allowedHosts };

    const countDenial = (error: unknown, nodeId: string): never => {
      if (error instanceof EgressDenied) {
        metrics.egressDenials.inc({ reason: error.reason });
        logger.info({ nodeId, reason: error.reason }, 'the egress guard refused a request');
      }
      throw error;
    };
    return {
      metered: (nodeId) => models.metered(nodeId) ?? {},
      generate: (request, call) => models.generate(request, call).catch((error) => countDenial(error, call.nodeId)),
      fetch: (request, { nodeId, signal }) =>
        httpFetch(request, { agent, rules, signal }).catch((error) => countDenial(error, nodeId)),
    };
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
