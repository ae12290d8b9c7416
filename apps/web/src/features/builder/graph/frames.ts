import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { byId, type Placement, parentsOf } from '@agentweaver/core/graph/parents';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';

export type Point = { x: number; y: number };
export type Size = { width: number; height: number };
export type Box = Point & Size;

/**
 * How a node is drawn: a step, a frame that runs what is in it, a frame that only groups it (React Flow has a look of
 * its own for what is called `group`), or a note.
 */
export type NodeKind = 'step' | 'container' | 'area' | 'note';

export const kindOf = (type: string): NodeKind => {
  const definition = getNodeDefinition(type);
  if (definition?.contains === 'body') return 'container';
  if (definition?.contains === 'frame') return 'area';
  return definition?.canvasOnly ? 'note' : 'step';
};

export const isFrame = (type: string): boolean => getNodeDefinition(type)?.contains !== undefined;

/** Room between a frame's edges and what is in it, in px; the head is above, a run's figures may come below. */
export const FRAME_PADDING = { top: 64, right: 28, bottom: 44, left: 28 } as const;

const DEFAULT_SIZES: Record<Exclude<NodeKind, 'step'>, Size> = {
  container: { width: 640, height: 240 },
  area: { width: 420, height: 240 },
  note: { width: 240, height: 160 },
};

/** The size that a frame or note has, or would have before anybody resized it. */
export const ownSize = ({ type, size }: Pick<WorkflowNode, 'type' | 'size'>): Size | undefined => {
  const kind = kindOf(type);
  return kind === 'step' ? undefined : (size ?? DEFAULT_SIZES[kind]);
};

/** The least size of a frame around what is in it; positions are relative to the frame. */
export const sizeAround = (content: readonly Box[]): Size => ({
  width: Math.max(160, ...content.map((box) => box.x + box.width + FRAME_PADDING.right)),
  height: Math.max(FRAME_PADDING.top + 24, ...content.map((box) => box.y + box.height + FRAME_PADDING.bottom)),
});

export const largest = (a: Size, b: Size): Size => ({
  width: Math.max(a.width, b.width),
  height: Math.max(a.height, b.height),
});

/** A place inside of a frame that hides neither its head nor its edge. */
export const withinFrame = ({ x, y }: Point): Point => ({
  x: Math.max(FRAME_PADDING.left, Math.round(x)),
  y: Math.max(FRAME_PADDING.top, Math.round(y)),
});

/**
 * The frame that a node is drawn in: its parent, when that exists and is a frame. Of parents that go round in a
 * circle none counts, because nothing could be drawn first.
 */
export const drawnParent = (nodes: Placement<WorkflowNode>, node: WorkflowNode): string | undefined => {
  const parent = node.parent === undefined ? undefined : nodes.get(node.parent);
  if (!parent || parent.id === node.id || !isFrame(parent.type)) return undefined;
  const chain = [parent, ...parentsOf(nodes, parent.id)];
  const closes = chain.some((one) => one.id === node.id || one.parent === node.id);
  const last = chain.at(-1);
  // The walk also ends where a circle further out closes.
  return closes || (last?.parent !== undefined && nodes.has(last.parent)) ? undefined : parent.id;
};

/** The drawn sizes of all frames and notes: as they were made, but never smaller than what they hold. */
export const frameSizes = (
  nodes: readonly WorkflowNode[],
  stepSize: (nodeId: string) => Size,
): { sizes: Map<string, Size>; least: Map<string, Size> } => {
  const all = byId(nodes);
  const children = new Map<string, WorkflowNode[]>();
  for (const node of nodes) {
    const parent = drawnParent(all, node);
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), node]);
  }
  const sizes = new Map<string, Size>();
  const least = new Map<string, Size>();
  const measure = (node: WorkflowNode): Size => {
    const own = ownSize(node);
    if (!own) return stepSize(node.id);
    const known = sizes.get(node.id);
    if (known) return known;
    const content = (children.get(node.id) ?? []).map((child) => ({ ...child.position, ...measure(child) }));
    const needed = isFrame(node.type) ? sizeAround(content) : { width: 120, height: 64 };
    const size = largest(own, needed);
    least.set(node.id, needed);
    sizes.set(node.id, size);
    return size;
  };
  for (const node of nodes) if (kindOf(node.type) !== 'step') measure(node);
  return { sizes, least };
};

export type FrameBox = { id: string; box: Box; depth: number };

const contains = (box: Box, { x, y }: Point): boolean =>
  x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;

/** The innermost frame at a point of the canvas. */
export const frameAt = (frames: readonly FrameBox[], point: Point): string | undefined =>
  frames
    .filter(({ box }) => contains(box, point))
    .sort((a, b) => b.depth - a.depth)
    .at(0)?.id;
