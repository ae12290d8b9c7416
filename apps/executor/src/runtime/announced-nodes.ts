import { type FindNodeRuntime, getNodeRuntime } from '@agentweaver/core/engine/node-runtime';

export type AnnouncedNodes = {
  nodeRuntime: FindNodeRuntime;
  /** To be told of each step whose start the executor has been sent. */
  announce(nodeId: string): void;
};

/**
 * The built-in node types, each of which starts only when the executor has been told so. Otherwise a step that blocks
 * the engine's thread, such as a spinning expression, would do so before anyone knows its name, and a step could call
 * the host before it officially runs.
 */
export const createAnnouncedNodes = (): AnnouncedNodes => {
  const announced = new Map<string, PromiseWithResolvers<void>>();
  const of = (nodeId: string): PromiseWithResolvers<void> => {
    const known = announced.get(nodeId) ?? Promise.withResolvers<void>();
    announced.set(nodeId, known);
    return known;
  };
  return {
    announce: (nodeId) => of(nodeId).resolve(),
    nodeRuntime: (type) => {
      const runtime = getNodeRuntime(type);
      return (
        runtime && {
          ...runtime,
          execute: async (context) => {
            const { nodeId } = context as { nodeId: string };
            await of(nodeId).promise;
            return runtime.execute(context);
          },
        }
      );
    },
  };
};
