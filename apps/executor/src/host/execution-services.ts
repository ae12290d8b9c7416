import type { Usage } from '@agentweaver/core/models/model-call';
import { modelResponseSchema } from '@agentweaver/core/models/model-call';
import type { ClaimedExecution } from '@agentweaver/db/execution-store';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { LiveChannel } from '@agentweaver/db/live-channel';
import type { Logger } from 'pino';
import type { Agent } from 'undici';
import type { Metrics } from '../metrics.ts';
import { createBudget } from './budget.ts';
import { createDeltaPublisher } from './delta-publisher.ts';
import { EgressDenied, type PrivateHost } from './egress-policy.ts';
import type { HostServices } from './host-calls.ts';
import { httpFetch } from './http-fetch.ts';
import type { LocalModels } from './local-models.ts';
import { createModelFetch } from './model-fetch.ts';
import { createModelService, type ModelCallMemo } from './model-service.ts';

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

/** Everything that one execution may ask of the outside, with its workspace's keys, rules and budget. */
export const createExecutionServices =
  ({ prisma, live, metrics, agent, privateHosts, local }: ServiceOptions) =>
  async (claim: ClaimedExecution, logger: Logger): Promise<MeteredServices> => {
    const { execution, definition, workspace } = claim;
    const rows = await prisma.modelCall.aggregate({ where: { executionId: execution.id }, _sum: { costUsd: true } });
    const memo: ModelCallMemo = {
      find: async ({ nodeId, attempt, callIndex, requestHash }) => {
        const row = await prisma.modelCall.findFirst({
          where: { executionId: execution.id, nodeId, attempt, callIndex, requestHash },
        });
        return row?.response ? modelResponseSchema.parse(row.response) : undefined;
      },
      begin: async (key, resolved) => {
        await prisma.modelCall.upsert({
          where: {
            executionId_nodeId_attempt_callIndex: {
              executionId: execution.id,
              nodeId: key.nodeId,
              attempt: key.attempt,
              callIndex: key.callIndex,
            },
          },
          create: { executionId: execution.id, ...key, ...resolved },
          update: { requestHash: key.requestHash, ...resolved },
        });
      },
      settle: async (key, response) => {
        await prisma.modelCall.update({
          where: {
            executionId_nodeId_attempt_callIndex: {
              executionId: execution.id,
              nodeId: key.nodeId,
              attempt: key.attempt,
              callIndex: key.callIndex,
            },
          },
          data: {
            response,
            inputTokens: response.usage.inputTokens,
            outputTokens: response.usage.outputTokens,
            costUsd: response.costUsd,
            completedAt: new Date(),
          },
        });
      },
    };
    const models = createModelService({
      keys: [],
      openKey: async () => '',
      local,
      memo,
      budget: createBudget({ limitUsd: definition.settings.budgetUsd, spentUsd: rows._sum.costUsd?.toNumber() ?? 0 }),
      guardedFetch: createModelFetch({ agent, privateHosts }),
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
