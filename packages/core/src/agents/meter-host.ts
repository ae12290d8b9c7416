import type { Host } from '../host/host.ts';
import { addUsage, NO_USAGE, type Usage } from '../models/model-call.ts';

export type Meter = { usage: Usage; costUsd: number; modelCalls: number; cached: boolean };

/** A host that adds up what its model calls use, those of agents that fail later included. */
export const meterHost = <Metered extends Host>(host: Metered): { host: Metered; read: () => Meter } => {
  let meter: Meter = { usage: NO_USAGE, costUsd: 0, modelCalls: 0, cached: true };
  const generate: Host['model']['generate'] = async (request, call) => {
    const response = await host.model.generate(request, call);
    meter = {
      usage: addUsage(meter.usage, response.usage),
      costUsd: meter.costUsd + response.costUsd,
      modelCalls: meter.modelCalls + 1,
      cached: meter.cached && response.cached,
    };
    return response;
  };
  return { host: { ...host, model: { generate } }, read: () => meter };
};
