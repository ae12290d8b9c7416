import type { WorkflowDefinition, WorkflowEdge } from '@agentweaver/core/definition/workflow-definition';
import { getNodeDefinition, outputPortsOf } from '@agentweaver/core/nodes/definitions';
import { BACK_PORT } from '@agentweaver/core/nodes/node-type';
import type { Edge, Node } from '@xyflow/react';
import { judgedLinks } from '../../builder/graph/feedback-links.ts';
import type { StepStatus, StepView } from '../execution-view.ts';
import { type Bounds, NODE_HEIGHT, NODE_WIDTH } from './graph-view.ts';

export type RunNodeData = {
  name: string;
  type: string;
  inputs: boolean;
  /** Output ports, with a label where there is a choice. */
  outputs: { id: string; label: string }[];
};
export type RunNode = Node<RunNodeData, 'run'>;
/** A container, a group or a note. `step`: it is one of the execution's steps. */
export type RunFrame = Node<RunNodeData & { step: boolean; text: string }, 'frame'>;
export type CanvasNode = RunNode | RunFrame;

/** What became of an edge: not decided yet, its value is being used right now, taken, or never will be. */
export type EdgeState = 'pending' | 'flowing' | 'taken' | 'dead';

type StepFacts = Pick<StepView, 'status' | 'ports'>;

const STARTED: ReadonlySet<StepStatus> = new Set(['running', 'completed', 'failed', 'cancelled']);

export const edgeState = (edge: WorkflowEdge, steps: Readonly<Record<string, StepFacts>>): EdgeState => {
  const source = steps[edge.source];
  const target = steps[edge.target];
  if (!source || source.status === 'pending' || source.status === 'running' || source.status === 'waiting') {
    return 'pending';
  }
  // A failed step may still have handed something on, by ports of its own or, in older logs, by all of them.
  const taken =
    source.status === 'failed' && source.ports.length === 0
      ? target !== undefined && STARTED.has(target.status)
      : (source.status === 'completed' || source.status === 'failed') && source.ports.includes(edge.sourcePort);
  if (!taken) return 'dead';
  return target?.status === 'running' ? 'flowing' : 'taken';
};

/** The builder's nodes are about 240 × 96; what does not overlap there does not overlap here. */
const X_SCALE = 0.84;
const Y_SCALE = 0.76;

/** A container or a group without a size of its own, in px of the builder's canvas. */
const FRAME_SIZE = { width: 420, height: 240 };

/**
 * The frozen definition as read-only canvas nodes; they do not change while it runs. What contains others is a frame,
 * and comes before what is in it.
 */
export const runNodes = (definition: WorkflowDefinition): CanvasNode[] => {
  const { nodes, edges } = definition;
  const targets = new Set(edges.map(({ target }) => target));
  const used = new Map<string, Set<string>>();
  for (const { source, sourcePort } of edges) used.set(source, (used.get(source) ?? new Set()).add(sourcePort));
  const ids = new Set(nodes.map(({ id }) => id));
  return outermostFirst(nodes).map((node): CanvasNode => {
    const known = outputPortsOf(node.type, node.config);
    const missing = [...(used.get(node.id) ?? [])].filter((id) => !known.some((port) => port.id === id));
    const outputs = [...known, ...missing.map((id) => ({ id, label: id }))];
    const type = getNodeDefinition(node.type);
    const common = {
      id: node.id,
      // These nodes are narrower than the builder's: closer together, more of the graph fits on the page.
      position: { x: node.position.x * X_SCALE, y: node.position.y * Y_SCALE },
      ...(node.parent !== undefined && ids.has(node.parent) ? { parentId: node.parent } : {}),
    };
    const data = { name: node.name, type: node.type, inputs: targets.has(node.id), outputs };
    if (!type?.contains && !type?.canvasOnly) return { ...common, type: 'run', data };
    const { width, height } = node.size ?? FRAME_SIZE;
    return {
      ...common,
      type: 'frame',
      style: { width: width * X_SCALE, height: height * Y_SCALE },
      zIndex: -1,
      selectable: !type.canvasOnly,
      data: { ...data, step: !type.canvasOnly, text: typeof node.config.text === 'string' ? node.config.text : '' },
    };
  });
};

/** React Flow wants a parent before its children. */
const outermostFirst = (nodes: WorkflowDefinition['nodes']): WorkflowDefinition['nodes'] => {
  const parents = new Map(nodes.map(({ id, parent }) => [id, parent]));
  const depthOf = (id: string): number => {
    let depth = 0;
    // A ring of parents is refused before a run; it must not hang the page either.
    for (let at = parents.get(id); at !== undefined && depth <= nodes.length; at = parents.get(at)) depth += 1;
    return depth;
  };
  return nodes
    .map((node) => ({ node, depth: depthOf(node.id) }))
    .sort((a, b) => a.depth - b.depth)
    .map(({ node }) => node);
};

/** Where each node that is in no frame lies, with its size. */
export const boxesOf = (nodes: readonly CanvasNode[]): Bounds[] =>
  nodes
    .filter(({ parentId }) => parentId === undefined)
    .map(({ position, style }) => ({
      ...position,
      width: typeof style?.width === 'number' ? style.width : NODE_WIDTH,
      height: typeof style?.height === 'number' ? style.height : NODE_HEIGHT,
    }));

/** Edges carry their state as a class. From an evaluation a dashed one leads back to what it judges. */
export const runEdges = (definition: WorkflowDefinition, steps: Readonly<Record<string, StepFacts>>): Edge[] => [
  ...definition.edges.map((edge): Edge => {
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
  }),
  ...judgedLinks(definition).map(
    ({ evaluation, judged }): Edge => ({
      id: `${evaluation} judges ${judged}`,
      source: evaluation,
      sourceHandle: BACK_PORT,
      target: judged,
      targetHandle: BACK_PORT,
      type: 'smoothstep',
      className: 'run-edge-feedback',
      focusable: false,
      selectable: false,
    }),
  ),
];
