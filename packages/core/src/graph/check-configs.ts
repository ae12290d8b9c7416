import { describeIssues } from '../definition/describe-issue.ts';
import type { Problem } from '../definition/problem.ts';
import { ERROR_PORT, type WorkflowNode } from '../definition/workflow-definition.ts';
import { metaOf } from '../expressions/expression-fields.ts';
import type { NodeDefinition } from '../nodes/node-type.ts';
import type { FindNodeDefinition } from './find-node-definition.ts';

/** Configs that parse, with defaults filled in, by node id. */
export type Configs = ReadonlyMap<string, Record<string, unknown>>;

/** Each node against its type: a type that exists, a config that its schema takes. */
export const checkConfigs = (
  nodes: WorkflowNode[],
  nodeDefinition: FindNodeDefinition,
): { configs: Configs; problems: Problem[] } => {
  const configs = new Map<string, Record<string, unknown>>();
  const problems: Problem[] = [];
  for (const node of nodes) {
    const type = nodeDefinition(node.type);
    if (!type) {
      problems.push(unknownType(node));
      continue;
    }
    const parsed = type.config.safeParse(node.config, { reportInput: true });
    if (parsed.success) {
      configs.set(node.id, parsed.data);
      problems.push(...missingWorkflows(node, type, parsed.data), ...secondErrorPort(node, type, parsed.data));
      continue;
    }
    for (const { path, description } of describeIssues(parsed.error.issues)) {
      problems.push(invalidConfig(node, path.join('.'), description));
    }
  }
  return { configs, problems };
};

/** A node just dropped on the canvas names no workflow yet, which its schema has to take. */
const missingWorkflows = (node: WorkflowNode, type: NodeDefinition, config: Record<string, unknown>): Problem[] =>
  Object.entries(type.config.shape)
    .filter(([field, schema]) => metaOf(schema)?.widget === 'workflow' && config[field] === '')
    .map(([field]) => invalidConfig(node, field, 'is missing'));

const secondErrorPort = (node: WorkflowNode, type: NodeDefinition, config: Record<string, unknown>): Problem[] =>
  node.onError === 'branch' && type.outputs(config).some(({ id }) => id === ERROR_PORT)
    ? [invalidConfig(node, 'onError', `must not be "branch" while a port of its own is named "${ERROR_PORT}"`)]
    : [];

const unknownType = (node: WorkflowNode): Problem => ({
  code: 'unknown_node_type',
  severity: 'error',
  nodeId: node.id,
  field: 'type',
  message: `“${node.name}” has the type “${node.type}”, which does not exist here.`,
  params: { node: node.name, type: node.type },
});

const invalidConfig = (node: WorkflowNode, field: string, description: string): Problem => ({
  code: 'invalid_config',
  severity: severityFor(node),
  nodeId: node.id,
  field,
  message: `“${node.name}”: ${field || 'the config'} ${description}.`,
  params: { node: node.name, field, description },
});

/** What a disabled node holds is never used, so it must not keep the rest from running. */
export const severityFor = (node: WorkflowNode): Problem['severity'] => (node.disabled ? 'warning' : 'error');
