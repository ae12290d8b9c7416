import { stepKey } from '@agentweaver/core/engine/step-key';

type StepRef = { nodeId: string; iteration: string };

export type AnnouncedSteps = {
  /** To be told of each step whose start the executor has been sent. */
  announce(step: StepRef): void;
  /**
   * Resolves then. A step does its work no sooner: if it blocks the engine's thread, such as by a spinning expression, its
   * name is known, and it calls the host after it officially runs.
   */
  announced(step: StepRef): Promise<void>;
};

export const createAnnouncedSteps = (): AnnouncedSteps => {
  const steps = new Map<string, PromiseWithResolvers<void>>();
  const of = ({ nodeId, iteration }: StepRef): PromiseWithResolvers<void> => {
    const key = stepKey(nodeId, iteration);
    const known = steps.get(key) ?? Promise.withResolvers<void>();
    steps.set(key, known);
    return known;
  };
  return {
    announce: (step) => of(step).resolve(),
    announced: (step) => of(step).promise,
  };
};
