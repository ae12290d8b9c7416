import type { WorkflowDefinition, WorkflowEdge } from '@agentweaver/core/definition/workflow-definition';
import { outputPortsOf } from '@agentweaver/core/nodes/definitions';
import type { Edge, Node } from '@xyflow/react';
import type { StepStatus, StepView } from '../execution-view.ts';

export type RunNodeData = {
  name: string;
  type: string;
  inputs: boolean;
  /** Output ports, with a label where there is a choice. */
  outputs: { id: string; label: string }[];
};
export type RunNode = Node<RunNodeData, 'run'>;

/** What became of an edge: not decided yet, its value is being used right now, taken, or never will be. */
export type EdgeState = 'pending' | 'flowing' | 'taken' | 'dead';

type StepFacts = Pick<StepView, 'status' | 'ports'>;

const STARTED: ReadonlySet<StepStatus> = new Set(['running', 'completed', 'failed', 'cancelled']);

export const edgeState = (edge: WorkflowEdge, steps: Readonly<Record<string, StepFacts>>): EdgeState => {
  const source = steps[edge.source];
  const target = steps[edge.target];
  if (!source || source.status === 'pending' || source.status === 'running') return 'pending';
  // A failed step takes no port; the execution may still have gone on from it, handing on `null`.
  const taken =
    source.status === 'failed'
      ? target !== undefined && STARTED.has(target.status)
      : source.status === 'completed' && source.ports.includes(edge.sourcePort);
  if (!taken) return 'dead';
  return target?.status === 'running' ? 'flowing' : 'taken';
};

/** The builder's nodes are about 240 × 96; what does not overlap there does not overlap here. */
const X_SCALE = 0.84;
const Y_SCALE = 0.76;

/** The frozen definition as read-only canvas nodes; they do not change while it runs. */
export const runNodes = ({ nodes, edges }: WorkflowDefinition): RunNode[] => {
  const targets = new Set(edges.map(({ target }) => target));
  const used = new Map<string, Set<string>>();
  for (const { source, sourcePort } of edges) used.set(source, (used.get(source) ?? new Set()).add(sourcePort));
  return nodes.map((node) => {
    const known = outputPortsOf(node.type, node.config);
    const missing = [...(used.get(node.id) ?? [])].filter((id) => !known.some((port) => port.id === id));
    const outputs = [...known, ...missing.map((id) => ({ id, label: id }))];
    return {
      id: node.id,
      type: 'run',
      // These nodes are narrower than the builder's: closer together, more of the graph fits on the page.
      position: { x: node.position.x * X_SCALE, y: node.position.y * Y_SCALE },
      data: { name: node.name, type: node.type, inputs: targets.has(node.id), outputs },
    };
  });
};

/** Edges carry their state as a class; the label names the port where a node has several. */
export const runEdges = (definition: WorkflowDefinition, steps: Readonly<Record<string, StepFacts>>): Edge[] =>
  definition.edges.map((edge) => {
    const state = edgeState(edge, steps);
    return {
      id: edge.id,
      source: edge.source,
      sourceHandle: edge.sourcePort,
      target: edge.target,
      targetHandle: 'in',
      className: `run-edge-${state}`,
      animated: state === 'flowing',
      focusable: false,
      zIndex: state === 'dead' || state === 'pending' ? 0 : 1,
    };
  });
