import type { Usage } from '@agentweaver/core/models/model-call';
import type { ClaimedExecution } from '@agentweaver/db/execution-claim';
import type { Logger } from 'pino';
import type { StepRef } from '../execution/step-places.ts';
import { countDenials } from './count-denials.ts';
import { createExecutionModels, type ModelOptions } from './execution-models.ts';
import type { CallGate, CallTurns } from './gate/call-gate.ts';
import type { HostServices } from './host-calls.ts';
import type { ModelService } from './model-service.ts';
import { createOutsideServices, type OutsideOptions } from './outside-services.ts';

/** What one step has used, all its attempts together. */
export type Metered = { model?: string; usage?: Usage; costUsd?: number; cached?: boolean };

export type MeteredServices = HostServices & {
  /** Of the calls that this host made or answered from memory; empty for a step that made none. */
  metered(step: StepRef): Metered;
  /** How its calls take their turns with those of all other executions. */
  turns: CallTurns;
};

export type CreateServices = (claim: ClaimedExecution, logger: Logger) => MeteredServices;

/**
 * Everything that one execution may ask of the outside, with its workspace's keys, credentials, rules and budget. What only
 * model calls need is read with the first of them.
 */
export const createExecutionServices =
  (options: ModelOptions & OutsideOptions & { gate: CallGate }): CreateServices =>
  (claim, logger) => {
    const { workspace, execution } = claim;
    const turns = options.gate.of({ workspaceId: workspace.id, limits: workspace, priority: execution.priority });
    let models: ModelService | undefined;
    let opening: Promise<ModelService> | undefined;
    const open = async (): Promise<ModelService> => {
      models = await createExecutionModels(options, claim, turns);
      return models;
    };
    const openModels = (): Promise<ModelService> => {
      opening ??= open().catch((error: unknown) => {
        // The next call tries again.
        opening = undefined;
        throw error;
      });
      return opening;
    };
    return {
      ...createOutsideServices(options, claim, logger),
      'model.generate': countDenials({ ...options, logger })(async (request, call) =>
        (await openModels()).generate(request, call),
      ),
      turns,
      metered: (step) => models?.metered(step) ?? {},
    };
  };
