import type { EgressRules, PrivateHost } from '@agentweaver/core/egress/egress-policy';
import type { ClaimedExecution } from '@agentweaver/db/execution-claim';
import type { PrismaClient } from '@agentweaver/db/generated/client';
import type { Logger } from 'pino';
import type { Dispatcher } from 'undici';
import type { Metrics } from '../metrics.ts';
import { countDenials } from './count-denials.ts';
import { createCredentials } from './credentials.ts';
import { createDatabaseService } from './database.ts';
import { createExecutionFiles } from './files.ts';
import type { HostServices } from './host-calls.ts';
import { httpFetch } from './http-fetch.ts';
import { createHumanService } from './human.ts';
import { createMcpServices } from './mcp.ts';
import type { TokenKeeper } from './oauth-tokens.ts';
import { createTimerServices } from './timer.ts';
import { createWebsocketService } from './websocket.ts';
import { createWorkflowService } from './workflows.ts';

export type OutsideServices = Omit<HostServices, 'model.generate'>;

export type OutsideOptions = {
  prisma: PrismaClient;
  metrics: Pick<Metrics, 'egressDenials'>;
  agent: Dispatcher;
  privateHosts: readonly PrivateHost[];
  masterKey: string;
  /** One for the whole executor: executions share the tokens of a credential. */
  tokens: TokenKeeper;
};

type OutsideClaim = Pick<ClaimedExecution, 'attemptId'> & {
  execution: Pick<ClaimedExecution['execution'], 'id'>;
  workspace: Pick<ClaimedExecution['workspace'], 'id' | 'allowedHosts'>;
};

/** Everything but models that one execution may ask of the outside, by its workspace's rules and credentials. */
export const createOutsideServices = (
  { prisma, metrics, agent, privateHosts, masterKey, tokens }: OutsideOptions,
  { execution, attemptId, workspace }: OutsideClaim,
  logger: Logger,
): OutsideServices => {
  const rules: EgressRules = { privateHosts, allowedHosts: workspace.allowedHosts };
  const claim = { executionId: execution.id, attemptId };
  const credentials = createCredentials({ prisma, masterKey, workspaceId: workspace.id, tokens });
  const files = createExecutionFiles(prisma, claim);

  const fetch: HostServices['http.fetch'] = async (request, { signal }) => {
    const url = request.credential ? URL.parse(request.url.trim()) : null;
    const credential =
      request.credential && url ? await credentials.forUrl(request.credential, url, signal) : undefined;
    return httpFetch(request, { agent, rules, signal, mask: credentials.mask, ...(credential ? { credential } : {}) });
  };

  const counted = countDenials({ metrics, logger });
  const mcp = createMcpServices({ agent, rules, credentials });
  return {
    ...files.services,
    ...createTimerServices(prisma, claim),
    'http.fetch': counted(fetch),
    'database.query': counted(createDatabaseService({ rules, credentials, files })),
    'websocket.exchange': counted(createWebsocketService({ rules, credentials })),
    'mcp.listTools': counted(mcp['mcp.listTools']),
    'mcp.callTool': counted(mcp['mcp.callTool']),
    'human.ask': createHumanService(prisma, claim),
    'workflow.load': createWorkflowService(prisma, { executionId: execution.id, workspaceId: workspace.id }),
  };
};
