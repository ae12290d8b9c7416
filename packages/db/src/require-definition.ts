import type { Problem } from '@agentweaver/core/definition/problem';
import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { AppError, type FieldProblem } from '@agentweaver/core/errors/app-error';
import { validateWorkflow } from '@agentweaver/core/graph/validate-workflow';

/** Problems that lie in a node's own fields, not in its config. */
const NODE_FIELDS = new Set(['id', 'type', 'name', 'position', 'disabled', 'retry', 'timeoutMs', 'onError']);

/** `definition.nodes[triage].config.prompt`: where it is in the definition. */
const fieldOf = ({ code, nodeId, edgeId, field }: Problem): string => {
  const join = (...parts: (string | undefined)[]) => parts.filter(Boolean).join('.');
  if (code === 'malformed') return join('definition', field);
  if (edgeId !== undefined) return join(`definition.edges[${edgeId}]`, field);
  if (nodeId === undefined) return join('definition', field);
  const inConfig = code === 'invalid_config' || (field !== undefined && !NODE_FIELDS.has(field.split('.')[0] ?? ''));
  return join(`definition.nodes[${nodeId}]`, inConfig ? 'config' : undefined, field);
};

/** The definition with its defaults; throws `invalid_workflow` with everything that is wrong, each with its field. */
export const requireDefinition = (json: unknown): WorkflowDefinition => {
  const { definition, problems } = validateWorkflow(json);
  const fields: FieldProblem[] = problems
    .filter((problem) => problem.severity === 'error')
    .map((problem) => ({ field: fieldOf(problem), message: problem.message }));
  if (!definition || fields.length > 0) {
    throw new AppError('invalid_workflow', {
      publicMessage: `The workflow has ${fields.length === 1 ? 'a problem' : `${fields.length} problems`}.`,
      problems: fields,
    });
  }
  return definition;
};
