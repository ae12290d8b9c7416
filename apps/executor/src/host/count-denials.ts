import { EgressDenied } from '@agentweaver/core/egress/egress-policy';
import type { Logger } from 'pino';
import type { Metrics } from '../metrics.ts';

/** Counts and logs what the egress guard refuses. */
export const countDenials =
  ({ metrics, logger }: { metrics: Pick<Metrics, 'egressDenials'>; logger: Logger }) =>
  <Params, Call extends { nodeId: string }, Result>(service: (params: Params, call: Call) => Promise<Result>) =>
  async (params: Params, call: Call): Promise<Result> => {
    try {
      return await service(params, call);
    } catch (error) {
      if (error instanceof EgressDenied) {
        metrics.egressDenials.inc({ reason: error.reason });
        logger.info({ nodeId: call.nodeId, reason: error.reason }, 'the egress guard refused a request');
      }
      throw error;
    }
  };
