import type { EdgeTypes, NodeTypes } from '@xyflow/react';
import type { NodeKind } from '../graph/frames.ts';
import { BackEdge } from './back-edge.tsx';
import { ContainerNode, GroupNode } from './frame-node.tsx';
import { NoteNode } from './note-node.tsx';
import { StepEdge } from './step-edge.tsx';
import { StepNode } from './step-node.tsx';

/** At module scope: new objects would make React Flow mount every node anew. */
export const nodeTypes: NodeTypes = {
  step: StepNode,
  container: ContainerNode,
  area: GroupNode,
  note: NoteNode,
} satisfies Record<NodeKind, unknown>;
export const edgeTypes: EdgeTypes = { step: StepEdge, back: BackEdge };

/** Set on the drag data by the palette, read by the canvas. */
export const DRAG_TYPE = 'application/x-agentweaver-node';

/** Beyond this many nodes only those in view are in the page. */
export const VIRTUALIZE_FROM = 60;
