import type { Problem } from '../definition/problem.ts';
import type { WorkflowNode } from '../definition/workflow-definition.ts';
import { ExpressionSyntaxError } from '../expressions/expression.ts';
import { type ExpressionField, expressionFields } from '../expressions/expression-fields.ts';
import { findReferences } from '../expressions/references.ts';
import { parseTemplate } from '../expressions/template.ts';
import { type Configs, severityFor } from './check-configs.ts';
import type { FindNodeDefinition } from './find-node-definition.ts';
import type { Graph } from './graph.ts';
import { type Scopes, stepsSeenBy } from './scopes.ts';

type ExpressionCheck = {
  graph: Graph;
  scopes: Scopes;
  configs: Configs;
  nodeDefinition: FindNodeDefinition;
  /** Otherwise a step that is missing may be one whose shape is wrong, which is reported already. */
  shapeIsRight: boolean;
};

/** Every expression of every node: is it JSONata, and does it look only at steps that are finished by then? */
export const checkExpressions = (check: ExpressionCheck): Problem[] =>
  [...check.graph.nodes.values()].flatMap((node) => checkNode(node, check));

const checkNode = (
  node: WorkflowNode,
  { graph, scopes, configs, nodeDefinition, shapeIsRight }: ExpressionCheck,
): Problem[] => {
  const type = nodeDefinition(node.type);
  if (!type) return [];
  // Defaults may hold expressions as well; a config that does not parse still has fields to look at.
  const fields = expressionFields(type.config, configs.get(node.id) ?? node.config);
  let ancestors: Set<string> | undefined;
  return fields.flatMap((field) => {
    const { problems, nodeIds } = readField(node, field);
    for (const id of nodeIds) {
      ancestors ??= stepsSeenBy(scopes, node.id);
      if (!graph.nodes.has(id)) problems.push(...(shapeIsRight ? [unknownReference(node, field, id)] : []));
      else if (id === node.id || !ancestors.has(id)) problems.push(notAnAncestor(node, field, id, graph));
    }
    return problems;
  });
};

const readField = (node: WorkflowNode, field: ExpressionField): { problems: Problem[]; nodeIds: Set<string> } => {
  const problems: Problem[] = [];
  const nodeIds = new Set<string>();
  const { expressions, unclosedAt } = expressionsIn(field);
  for (const { source, start } of expressions) {
    try {
      for (const { nodeId } of findReferences(source)) nodeIds.add(nodeId);
    } catch (error) {
      const { message, position } =
        error instanceof ExpressionSyntaxError ? error : { message: String(error), position: 0 };
      problems.push(brokenExpression(node, field, message, start + position));
    }
  }
  if (unclosedAt !== undefined) problems.push(brokenExpression(node, field, 'The {{ has no }} after it', unclosedAt));
  return { problems, nodeIds };
};

type FoundExpressions = { expressions: { source: string; start: number }[]; unclosedAt?: number };

const expressionsIn = ({ widget, text }: ExpressionField): FoundExpressions => {
  if (widget === 'jsonata') return { expressions: [{ source: text, start: 0 }] };
  const { parts, unclosedAt } = parseTemplate(text);
  return { expressions: parts.filter((part) => part.kind === 'expression'), unclosedAt };
};

const brokenExpression = (node: WorkflowNode, { path }: ExpressionField, why: string, position: number): Problem => {
  const field = path.join('.');
  const reason = why.replace(/\.$/, '');
  return {
    code: 'broken_expression',
    severity: severityFor(node),
    nodeId: node.id,
    field,
    message: `“${node.name}”: the expression in ${field} is broken at character ${position + 1}: ${reason}.`,
    params: { node: node.name, field, position: String(position), reason },
  };
};

const unknownReference = (node: WorkflowNode, { path }: ExpressionField, id: string): Problem => {
  const field = path.join('.');
  return {
    code: 'unknown_reference',
    severity: severityFor(node),
    nodeId: node.id,
    field,
    message: `“${node.name}”: ${field} refers to the step “${id}”, which does not exist.`,
    params: { node: node.name, field, id },
  };
};

const notAnAncestor = (node: WorkflowNode, { path }: ExpressionField, id: string, graph: Graph): Problem => {
  const field = path.join('.');
  const other = graph.nodes.get(id)?.name ?? id;
  return {
    code: 'not_an_ancestor',
    severity: severityFor(node),
    nodeId: node.id,
    field,
    message: `“${node.name}”: ${field} refers to “${other}” (${id}), which does not lead here; connect it or refer to another step.`,
    params: { node: node.name, field, id, other },
  };
};
