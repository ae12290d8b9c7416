import type { FinishedStep } from './events.ts';
import { stepKey } from './step-key.ts';

/** Where a finished step stands among the others, from 0. */
export type Replayed = { step: FinishedStep; position: number };

/** The steps of an earlier attempt, looked up when it is their turn. Each is given once, and then let go. */
export type Replay = { take: (nodeId: string, iteration: string) => Replayed | undefined };

export const createReplay = (finished: readonly FinishedStep[]): Replay => {
  const steps = new Map(finished.map((step, position) => [stepKey(step.nodeId, step.iteration), { step, position }]));
  return {
    take: (nodeId, iteration) => {
      if (steps.size === 0) return undefined;
      const key = stepKey(nodeId, iteration);
      const found = steps.get(key);
      steps.delete(key);
      return found;
    },
  };
};
