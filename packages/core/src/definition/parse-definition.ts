import { type DescribedIssue, describeIssues } from './describe-issue.ts';
import type { Problem } from './problem.ts';
import {
  MAX_EDGES,
  MAX_NODES,
  type WorkflowDefinition,
  type WorkflowEdge,
  type WorkflowNode,
  workflowDefinitionSchema,
  workflowEdgeSchema,
  workflowNodeSchema,
} from './workflow-definition.ts';

export type ParsedDefinition = {
  /** With defaults filled in; only when the whole shape is right. */
  definition?: WorkflowDefinition;
  /** All `malformed`. */
  problems: Problem[];
  /** The nodes and edges that are right by themselves, so that the graph can be checked beside the shape. */
  readable: { nodes: WorkflowNode[]; edges: WorkflowEdge[] };
};

/** The shape of a definition, from anything. Never throws. What the graph says is up to `validateWorkflow`. */
export const parseDefinition = (json: unknown): ParsedDefinition => {
  const tooLarge = sizeProblems(json);
  if (tooLarge.length > 0) return { problems: tooLarge, readable: { nodes: [], edges: [] } };

  const parsed = workflowDefinitionSchema.safeParse(json, { reportInput: true });
  if (parsed.success) return { definition: parsed.data, problems: [], readable: parsed.data };

  return {
    problems: describeIssues(parsed.error.issues).map((issue) => toProblem(issue, json)),
    readable: {
      nodes: listIn(json, 'nodes').flatMap((node) => workflowNodeSchema.safeParse(node).data ?? []),
      edges: listIn(json, 'edges').flatMap((edge) => workflowEdgeSchema.safeParse(edge).data ?? []),
    },
  };
};

/** Looked at before anything else: a hostile definition must not cost a report on each of its million entries. */
const sizeProblems = (json: unknown): Problem[] =>
  [
    { field: 'nodes', count: listIn(json, 'nodes').length, max: MAX_NODES },
    { field: 'edges', count: listIn(json, 'edges').length, max: MAX_EDGES },
  ]
    .filter(({ count, max }) => count > max)
    .map(({ field, count, max }) => ({
      code: 'malformed',
      severity: 'error',
      field,
      message: `A workflow has at most ${max} ${field}; this one has ${count}.`,
      params: { count: String(count), max: String(max) },
    }));

const toProblem = ({ path, description }: DescribedIssue, json: unknown): Problem => {
  const field = path.join('.');
  const [list, index] = path;
  const id = idOf(list, index, json);
  return {
    code: 'malformed',
    severity: 'error',
    ...(list === 'nodes' && id !== undefined ? { nodeId: id } : {}),
    ...(list === 'edges' && id !== undefined ? { edgeId: id } : {}),
    field,
    message: field === '' ? `The definition ${description}.` : `${field} ${description}.`,
    params: { field, description },
  };
};

const idOf = (list: string | undefined, index: string | undefined, json: unknown): string | undefined => {
  if ((list !== 'nodes' && list !== 'edges') || index === undefined) return undefined;
  const entry = listIn(json, list)[Number(index)];
  const id = isRecord(entry) ? entry.id : undefined;
  return typeof id === 'string' ? id : undefined;
};

const listIn = (json: unknown, key: 'nodes' | 'edges'): unknown[] => {
  const list = isRecord(json) ? json[key] : undefined;
  return Array.isArray(list) ? list : [];
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
