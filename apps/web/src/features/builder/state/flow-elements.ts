import type { WorkflowEdge, WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import type { Edge, Node } from '@xyflow/react';
import type { DraftView } from './draft-view.ts';

/** What React Flow draws. `data.step` is the node of the draft, by reference. */
export type StepFlowNode = Node<{ step: WorkflowNode }, 'step'>;
export type StepFlowEdge = Edge<{ edge: WorkflowEdge }, 'step'>;

/** The size a node is laid out with before it was measured, in px. */
export const NODE_WIDTH = 248;
export const NODE_HEIGHT = 62;

/**
 * Brings React Flow's nodes up to the draft. Selection and measured size stay; an untouched node stays the
 * same object; one that is being dragged keeps the place under the pointer.
 */
export const reconcileNodes = (before: readonly StepFlowNode[], view: DraftView): StepFlowNode[] => {
  const old = new Map(before.map((node) => [node.id, node]));
  return view.nodes.map((step) => {
    const known = old.get(step.id);
    if (known?.data.step === step) return known;
    const start = { id: step.id, type: 'step' as const, initialWidth: NODE_WIDTH, initialHeight: NODE_HEIGHT };
    const position = known?.dragging ? known.position : step.position;
    return { ...(known ?? start), position, data: { step }, ariaLabel: step.name };
  });
};

export const reconcileEdges = (before: readonly StepFlowEdge[], view: DraftView): StepFlowEdge[] => {
  const old = new Map(before.map((edge) => [edge.id, edge]));
  const names = new Map(view.nodes.map((node) => [node.id, node.name]));
  return view.edges.map((edge) => {
    const known = old.get(edge.id);
    const ariaLabel = `${names.get(edge.source)} → ${names.get(edge.target)}`;
    if (known?.data?.edge === edge && known.ariaLabel === ariaLabel) return known;
    return {
      ...known,
      id: edge.id,
      type: 'step',
      source: edge.source,
      target: edge.target,
      sourceHandle: edge.sourcePort,
      targetHandle: edge.targetPort,
      data: { edge },
      ariaLabel,
    };
  });
};
