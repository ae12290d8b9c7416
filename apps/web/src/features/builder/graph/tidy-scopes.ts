import type { WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { byId, parentsOf } from '@agentweaver/core/graph/parents';
import { drawnParent, FRAME_PADDING, isFrame, kindOf, largest, type Point, type Size, sizeAround } from './frames.ts';
import { type TidyEdge, tidy } from './tidy.ts';

type Layout = { positions: Map<string, Point>; sizes: Map<string, Size> };

/** Room for the head of a frame that holds little, in px. */
const MIN_FRAME = { width: 340, height: 170 };

type Options = {
  nodes: readonly WorkflowNode[];
  edges: readonly TidyEdge[];
  sizeOf: (nodeId: string) => Size;
  /** Only these, and all that is in them; every node when absent. */
  only?: ReadonlySet<string>;
};

/**
 * Lays out every frame from the inside outwards, then what is around it: an edge from or to something in a frame
 * counts for the frame. Frames shrink or grow to what they hold; notes stay where somebody put them.
 */
export const tidyScopes = ({ nodes, edges, sizeOf, only }: Options): Layout => {
  const all = byId(nodes);
  const members = new Map<string | undefined, WorkflowNode[]>();
  for (const node of nodes) {
    const parent = drawnParent(all, node);
    members.set(parent, [...(members.get(parent) ?? []), node]);
  }
  const isChosen = (node: WorkflowNode): boolean =>
    !only || only.has(node.id) || parentsOf(all, node.id).some((parent) => only.has(parent.id));
  const layout: Layout = { positions: new Map(), sizes: new Map() };

  /** The member of `frame` that an edge's end lies in, itself included. */
  const memberOf = (frame: string | undefined, nodeId: string): string | undefined => {
    const node = all.get(nodeId);
    if (!node) return undefined;
    if (drawnParent(all, node) === frame) return nodeId;
    return parentsOf(all, nodeId).find((parent) => drawnParent(all, parent) === frame)?.id;
  };
  const place = (frame: string | undefined): void => {
    const within = members.get(frame) ?? [];
    for (const node of within) if (isFrame(node.type)) place(node.id);
    const chosen = within.filter((node) => isChosen(node) && kindOf(node.type) !== 'note');
    if (chosen.length > 0) {
      const lifted = edges.flatMap(({ source, target }) => {
        const [from, to] = [memberOf(frame, source), memberOf(frame, target)];
        return from && to && from !== to ? [{ source: from, target: to }] : [];
      });
      const sized = chosen.map(({ id, position }) => ({ id, position, ...(layout.sizes.get(id) ?? sizeOf(id)) }));
      const places = tidy(sized, lifted);
      const whole = frame !== undefined && chosen.length === within.length;
      const left = Math.min(...[...places.values()].map((at) => at.x));
      const top = Math.min(...[...places.values()].map((at) => at.y));
      // A frame whose members all move starts at its own corner; a part of them stays where it was.
      const offset = whole ? { x: FRAME_PADDING.left - left, y: FRAME_PADDING.top - top } : { x: 0, y: 0 };
      for (const [id, at] of places) layout.positions.set(id, { x: at.x + offset.x, y: at.y + offset.y });
    }
    if (frame === undefined || chosen.length === 0 || chosen.length < within.length) return;
    const boxes = within.map(({ id, position }) => ({
      ...(layout.positions.get(id) ?? position),
      ...(layout.sizes.get(id) ?? sizeOf(id)),
    }));
    layout.sizes.set(frame, largest(sizeAround(boxes), MIN_FRAME));
  };
  place(undefined);
  return layout;
};
