import type { WorkflowEdge, WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { byId, parentsFirst } from '@agentweaver/core/graph/parents';
import type { Edge, Node } from '@xyflow/react';
import { judgedLinks } from '../graph/feedback-links.ts';
import { drawnParent, frameSizes, kindOf, type NodeKind, type Size } from '../graph/frames.ts';
import type { DraftView } from './draft-view.ts';

/** What React Flow draws. `data.step` is the node of the draft, by reference; `least` how small a frame may be made. */
export type StepFlowNode = Node<{ step: WorkflowNode; least?: Size }, NodeKind>;
/** `back` edges are no edges of the draft: they show where an evaluation sends a step round again. */
export type StepFlowEdge = Edge<{ edge?: WorkflowEdge }, 'step' | 'back'>;

/** The size a node is laid out with before it was measured, in px. */
export const NODE_WIDTH = 248;
export const NODE_HEIGHT = 62;

/** The part of a frame that it is moved by; what lies in it belongs to the nodes there. */
export const FRAME_HANDLE = 'aw-frame-handle';

const sameSize = (a: Size | undefined, b: Size | undefined): boolean =>
  a?.width === b?.width && a?.height === b?.height;

/** Frames lie under what they hold, and let the pointer through to it; notes and groups lie under everything. */
const FRAME_LOOK = {
  container: { dragHandle: `.${FRAME_HANDLE}`, style: { pointerEvents: 'none' as const } },
  area: { dragHandle: `.${FRAME_HANDLE}`, style: { pointerEvents: 'none' as const }, zIndex: -2 },
  note: { zIndex: -1 },
  step: { initialWidth: NODE_WIDTH, initialHeight: NODE_HEIGHT },
} satisfies Record<NodeKind, Partial<StepFlowNode>>;

/**
 * Brings React Flow's nodes up to the draft. Selection and measured size stay; an untouched node stays the
 * same object; one that is being dragged or resized keeps the place and size under the pointer.
 */
export const reconcileNodes = (before: readonly StepFlowNode[], view: DraftView): StepFlowNode[] => {
  const old = new Map(before.map((node) => [node.id, node]));
  const all = byId(view.nodes);
  const { sizes, least } = frameSizes(view.nodes, (id) => {
    const measured = old.get(id)?.measured;
    return { width: measured?.width ?? NODE_WIDTH, height: measured?.height ?? NODE_HEIGHT };
  });
  // Parents come first: React Flow places what is in them relative to them.
  return parentsFirst(view.nodes).map((step) => {
    const known = old.get(step.id);
    const type = kindOf(step.type);
    const parentId = drawnParent(all, step);
    const size = sizes.get(step.id);
    const smallest = least.get(step.id);
    const isSame = known?.data.step === step && known.parentId === parentId && sameSize(known.data.least, smallest);
    const shown = known && known.width !== undefined ? { width: known.width, height: known.height ?? 0 } : undefined;
    if (isSame && (known.resizing || sameSize(shown, size))) return known;
    const {
      parentId: _parent,
      width: _width,
      height: _height,
      ...kept
    } = known?.type === type ? known : { id: step.id };
    return {
      ...kept,
      id: step.id,
      type,
      ...FRAME_LOOK[type],
      position: known?.dragging ? known.position : step.position,
      ...(parentId === undefined ? {} : { parentId }),
      ...(known?.resizing ? { width: known.width, height: known.height } : size),
      data: smallest ? { step, least: smallest } : { step },
      ariaLabel: step.name,
    };
  });
};

export const reconcileEdges = (before: readonly StepFlowEdge[], view: DraftView): StepFlowEdge[] => {
  const old = new Map(before.map((edge) => [edge.id, edge]));
  const names = new Map(view.nodes.map((node) => [node.id, node.name]));
  const edges = view.edges.map((edge): StepFlowEdge => {
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
  const back = judgedLinks(view).map(({ evaluation, judged }): StepFlowEdge => {
    const id = `back:${evaluation}`;
    const ariaLabel = `${names.get(evaluation)} ⤺ ${names.get(judged)}`;
    const known = old.get(id);
    if (known?.target === judged && known.ariaLabel === ariaLabel) return known;
    return {
      id,
      type: 'back',
      source: evaluation,
      target: judged,
      data: {},
      ariaLabel,
      selectable: false,
      focusable: false,
      deletable: false,
      reconnectable: false,
    };
  });
  return [...edges, ...back];
};
