import type { Usage } from '@agentweaver/core/models/model-call';
import type { ClaimedExecution } from '@agentweaver/db/execution-store';
import type { Logger } from 'pino';
import type { StepRef } from '../execution/step-places.ts';
import { countDenials } from './count-denials.ts';
import { createExecutionModels, type ModelOptions } from './execution-models.ts';
import type { HostServices } from './host-calls.ts';
import { createOutsideServices, type OutsideOptions } from './outside-services.ts';

/** What one step has used, all its attempts together. */
export type Metered = { model?: string; usage?: Usage; costUsd?: number; cached?: boolean };

export type MeteredServices = HostServices & {
  /** Of the calls that this host made or answered from memory; empty for a step that made none. */
  metered(step: StepRef): Metered;
};

export type CreateServices = (claim: ClaimedExecution, logger: Logger) => Promise<MeteredServices>;

/** Everything that one execution may ask of the outside, with its workspace's keys, credentials, rules and budget. */
export const createExecutionServices =
  (options: ModelOptions & OutsideOptions): CreateServices =>
  async (claim, logger) => {
    const models = await createExecutionModels(options, claim);
    return {
      ...createOutsideServices(options, claim, logger),
      'model.generate': countDenials({ ...options, logger })(models.generate),
      metered: (step) => models.metered(step) ?? {},
    };
  };
