import type { NodeDefinition } from '../nodes/node-type.ts';

/** Looks a node type up; `undefined` for one that does not exist. */
export type FindNodeDefinition = (type: string) => NodeDefinition | undefined;
