import { ERROR_PORT, type WorkflowNode } from '../definition/workflow-definition.ts';
import type { Port } from '../nodes/node-type.ts';

/** The ports of a node's type, and the one that it takes when it fails, if it takes one. */
export const withErrorPort = (node: Pick<WorkflowNode, 'onError'>, ports: Port[]): Port[] =>
  node.onError === 'branch' ? [...ports, { id: ERROR_PORT, label: 'Error' }] : ports;
