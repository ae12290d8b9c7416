import { type FindNodeRuntime, getNodeRuntime } from '@agentweaver/core/engine/node-runtime';
import { stepKey } from '@agentweaver/core/engine/step-key';

type StepRef = { nodeId: string; iteration: string };

export type AnnouncedNodes = {
  nodeRuntime: FindNodeRuntime;
  /** To be told of each step whose start the executor has been sent. */
  announce(step: StepRef): void;
};

/**
 * The built-in node types, each of which starts only when the executor has been told so. Otherwise a step that blocks
 * the engine's thread, such as a spinning expression, would do so before anyone knows its name, and a step could call
 * the host before it officially runs.
 */
export const createAnnouncedNodes = (): AnnouncedNodes => {
  const announced = new Map<string, PromiseWithResolvers<void>>();
  const of = ({ nodeId, iteration }: StepRef): PromiseWithResolvers<void> => {
    const key = stepKey(nodeId, iteration);
    const known = announced.get(key) ?? Promise.withResolvers<void>();
    announced.set(key, known);
    return known;
  };
  return {
    announce: (step) => of(step).resolve(),
    nodeRuntime: (type) => {
      const runtime = getNodeRuntime(type);
      return (
        runtime && {
          ...runtime,
          execute: async (context) => {
            await of(context as StepRef).promise;
            return runtime.execute(context);
          },
        }
      );
    },
  };
};
