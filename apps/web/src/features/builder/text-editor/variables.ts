import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { judgedLinks } from '../graph/feedback-links.ts';
import { type GraphView, scopesOf, visibleSteps } from '../graph/visible-steps.ts';

/** Something an expression may refer to: how it is written, what it is, and what it was in the last run. */
export type Variable = {
  /** As written between the braces: `steps.agent.output.category`. */
  path: string;
  /** The name of the node it comes from, or of the input field. */
  label: string;
  kind: 'input' | 'previous' | 'item' | 'feedback' | 'step' | 'field';
  /** The last run's value; undefined when there was none. */
  value?: unknown;
};

/** Fields offered per value and levels below a step's output: more would bury the rest. */
const MAX_FIELDS = 12;
const MAX_DEPTH = 2;

const isPlainName = (name: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fieldsOf = (path: string, label: string, value: unknown, depth = 1): Variable[] => {
  if (!isRecord(value) || depth > MAX_DEPTH) return [];
  return Object.entries(value)
    .slice(0, MAX_FIELDS)
    .flatMap(([name, field]) => {
      const at = `${path}.${isPlainName(name) ? name : `\`${name}\``}`;
      return [{ path: at, label, kind: 'field' as const, value: field }, ...fieldsOf(at, label, field, depth + 1)];
    });
};

export type VariableSources = {
  view: GraphView;
  nodeId: string;
  /** Outputs of the last run by node id. */
  outputs: Readonly<Record<string, unknown>>;
  /** The last run's input. */
  input?: unknown;
};

const variable = (path: string, label: string, kind: Variable['kind'], value?: unknown): Variable => ({
  path,
  label,
  kind,
  value,
});

/** The workflow's input, and the fields that it declares. */
const inputVariables = ({ nodes }: GraphView, input: unknown): Variable[] => {
  const inputNode = nodes.find((node) => node.type === 'input');
  const declared = Array.isArray(inputNode?.config.fields) ? inputNode.config.fields.filter(isRecord) : [];
  const fields = declared.flatMap((field): Variable[] => {
    const name = String(field.name ?? '');
    if (!isPlainName(name)) return [];
    return [variable(`input.${name}`, String(field.label || name), 'input', isRecord(input) ? input[name] : undefined)];
  });
  return [variable('input', inputNode?.name ?? '', 'input', input), ...fields];
};

/** What comes in: from the one step before, or from the container to the first steps of its body. */
const previousVariables = ({ view, nodeId, outputs }: VariableSources, container: WorkflowNode | undefined) => {
  const own = view.nodes.find((node) => node.id === nodeId);
  // After each round, a loop looks at what the round gave.
  if (own?.type === 'loop') return [variable('previous', own.name, 'previous')];
  const sources = [...new Set(view.edges.filter((edge) => edge.target === nodeId).map((edge) => edge.source))];
  if (sources.length === 0) return container ? [variable('previous', container.name, 'previous')] : [];
  const only = sources.length === 1 ? sources[0] : undefined;
  const value = only === undefined ? undefined : outputs[only];
  const label = view.nodes.find((node) => node.id === only)?.name ?? '';
  return [variable('previous', label, 'previous', value), ...fieldsOf('previous', label, value)];
};

/** What the rounds of a container, and an evaluation that sends a step back, add. */
const roundVariables = ({ view, nodeId }: VariableSources, container: WorkflowNode | undefined): Variable[] => {
  const own = view.nodes.find((node) => node.id === nodeId);
  const rounds = container ?? (own?.type === 'loop' ? own : undefined);
  const evaluations = judgedLinks(view).filter(({ judged }) => judged === nodeId);
  const [evaluation] = evaluations;
  const name = view.nodes.find((node) => node.id === evaluation?.evaluation)?.name ?? '';
  return [
    ...(container?.type === 'map' ? [variable('item', container.name, 'item')] : []),
    ...(rounds ? [variable('index', rounds.name, 'item')] : []),
    ...(evaluation
      ? ['feedback.evaluation.feedback', 'feedback.evaluation', 'feedback.output', 'feedback.round'].map((path) =>
          variable(path, name, 'feedback'),
        )
      : []),
  ];
};

/**
 * What the expressions of a node may refer to: what comes in, the rounds that it is part of, the input, and the
 * results of its true ancestors, those of the containers around it included.
 */
export const variablesFor = (sources: VariableSources): Variable[] => {
  const { view, nodeId, outputs, input } = sources;
  const scopes = scopesOf(view);
  const container = view.nodes.find((node) => node.id === scopes.scopeOf.get(nodeId));
  const visible = visibleSteps(view, nodeId);
  const steps = view.nodes.filter((node) => visible.has(node.id) && node.type !== 'input');
  return [
    ...previousVariables(sources, container),
    ...roundVariables(sources, container),
    ...inputVariables(view, input),
    ...steps.flatMap((node) => {
      const path = `steps.${node.id}.output`;
      const value = outputs[node.id];
      return [variable(path, node.name, 'step', value), ...fieldsOf(path, node.name, value)];
    }),
  ];
};

const MAX_PREVIEW = 60;

/** A value in a few words, for a list. */
export const previewOf = (value: unknown): string => {
  if (value === undefined) return '';
  const written = typeof value === 'string' ? value : JSON.stringify(value);
  const line = written.replace(/\s+/g, ' ');
  return line.length > MAX_PREVIEW ? `${line.slice(0, MAX_PREVIEW - 1)}…` : line;
};
