import type { Problem } from '@agentweaver/core/definition/problem';
import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { AppError, type FieldProblem } from '@agentweaver/core/errors/app-error';
import { validateWorkflow } from '@agentweaver/core/graph/validate-workflow';

/** Problems that lie in a node's own fields, not in its config. */
const NODE_FIELDS = new Set(['id', 'type', 'name', 'position', 'disabled', 'retry', 'timeoutMs', 'onError']);

/** `definition.nodes[triage].config.prompt`: where it is in what the caller sent. */
const fieldOf = ({ code, nodeId, edgeId, field }: Problem): string => {
  if (code === 'malformed') return ['definition', field].filter(Boolean).join('.');
  if (edgeId !== undefined) return [`definition.edges[${edgeId}]`, field].filter(Boolean).join('.');
  if (nodeId === undefined) return ['definition', field].filter(Boolean).join('.');
  const inConfig = code === 'invalid_config' || (field !== undefined && !NODE_FIELDS.has(field.split('.')[0] ?? ''));
  return [`definition.nodes[${nodeId}]`, ...(inConfig ? ['config'] : []), field].filter(Boolean).join('.');
};

export const definitionProblems = (problems: Problem[]): FieldProblem[] =>
  problems
    .filter((problem) => problem.severity === 'error')
    .map((problem) => ({ field: fieldOf(problem), message: problem.message }));

/** The definition with its defaults; throws `invalid_workflow` with every problem at once. */
export const requireDefinition = (json: unknown): WorkflowDefinition => {
  const { definition, problems } = validateWorkflow(json);
  const fields = definitionProblems(problems);
  if (!definition || fields.length > 0) {
    throw new AppError('invalid_workflow', {
      publicMessage: `The workflow has ${fields.length === 1 ? 'a problem' : `${fields.length} problems`}.`,
      problems: fields,
    });
  }
  return definition;
};
