import type { WorkflowEdge, WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { upstreamOf } from '../graph/upstream.ts';

/** Something an expression may refer to: how it is written, what it is, and what it was in the last run. */
export type Variable = {
  /** As written between the braces: `steps.agent.output.category`. */
  path: string;
  /** The name of the node it comes from, or of the input field. */
  label: string;
  kind: 'input' | 'previous' | 'step' | 'field';
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
  nodes: readonly WorkflowNode[];
  edges: readonly WorkflowEdge[];
  nodeId: string;
  /** Outputs of the last run by node id. */
  outputs: Readonly<Record<string, unknown>>;
  /** The last run's input. */
  input?: unknown;
};

/** What the expressions of a node may refer to: the input, what comes in, and the results of its true ancestors. */
export const variablesFor = ({ nodes, edges, nodeId, outputs, input }: VariableSources): Variable[] => {
  const ancestors = upstreamOf(edges, nodeId);
  ancestors.delete(nodeId);
  const inputNode = nodes.find((node) => node.type === 'input');
  const declared = Array.isArray(inputNode?.config.fields) ? inputNode.config.fields.filter(isRecord) : [];
  const inputFields = declared.flatMap((field): Variable[] => {
    const name = String(field.name ?? '');
    if (!isPlainName(name)) return [];
    const value = isRecord(input) ? input[name] : undefined;
    return [{ path: `input.${name}`, label: String(field.label || name), kind: 'input', value }];
  });

  const sources = [...new Set(edges.filter((edge) => edge.target === nodeId).map((edge) => edge.source))];
  const only = sources.length === 1 ? sources[0] : undefined;
  const previous = only === undefined ? undefined : outputs[only];
  const previousLabel = nodes.find((node) => node.id === only)?.name ?? '';

  const steps = nodes.filter((node) => ancestors.has(node.id) && node.type !== 'input');
  return [
    ...(sources.length > 0
      ? [{ path: 'previous', label: previousLabel, kind: 'previous' as const, value: previous }]
      : []),
    ...fieldsOf('previous', previousLabel, previous),
    { path: 'input', label: inputNode?.name ?? '', kind: 'input', value: input },
    ...inputFields,
    ...steps.flatMap((node) => {
      const path = `steps.${node.id}.output`;
      const value = outputs[node.id];
      return [{ path, label: node.name, kind: 'step' as const, value }, ...fieldsOf(path, node.name, value)];
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
