import type { EdgeTypes, NodeTypes } from '@xyflow/react';
import { StepEdge } from './step-edge.tsx';
import { StepNode } from './step-node.tsx';

/** At module scope: new objects would make React Flow mount every node anew. */
export const nodeTypes: NodeTypes = { step: StepNode };
export const edgeTypes: EdgeTypes = { step: StepEdge };

/** Set on the drag data by the palette, read by the canvas. */
export const DRAG_TYPE = 'application/x-agentweaver-node';

/** Beyond this many nodes only those in view are in the page. */
export const VIRTUALIZE_FROM = 60;
