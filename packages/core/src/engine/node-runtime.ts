import { getNodeDefinition } from '../nodes/definitions.ts';
import { NODE_EXECUTORS } from '../nodes/executors.ts';
import type { Execute, NodeDefinition } from '../nodes/node-type.ts';

/** A node type with its behaviour. `execute` takes what its own definition's config schema gives. */
export type NodeRuntime = { definition: NodeDefinition; execute: Execute<never> };

/** Looks a node type up; `undefined` for one that does not exist. */
export type FindNodeRuntime = (type: string) => NodeRuntime | undefined;

/** The built-in node types. */
export const getNodeRuntime: FindNodeRuntime = (type) => {
  const definition = getNodeDefinition(type);
  return definition && { definition, execute: NODE_EXECUTORS[definition.type] };
};
