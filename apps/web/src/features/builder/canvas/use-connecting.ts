'use client';

import { connectionProblem } from '@agentweaver/core/draft/edit-edges';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import {
  type Connection,
  type FinalConnectionState,
  type HandleType,
  type IsValidConnection,
  type OnConnectStart,
  useReactFlow,
} from '@xyflow/react';
import { useMemo } from 'react';
import { downstreamOf, upstreamOf } from '../graph/upstream.ts';
import { useBuilder } from '../state/builder-context.tsx';
import { linksOf } from '../state/builder-store.ts';
import type { Attachment } from '../state/draft-editor.ts';
import { NODE_HEIGHT, NODE_WIDTH, type StepFlowEdge, type StepFlowNode } from '../state/flow-elements.ts';

const pointOf = (event: MouseEvent | TouchEvent): { x: number; y: number } => {
  const at = 'changedTouches' in event ? event.changedTouches[0] : event;
  return { x: at?.clientX ?? 0, y: at?.clientY ?? 0 };
};

const toLink = (connection: {
  source: string;
  target: string;
  sourceHandle?: string | null;
  targetHandle?: string | null;
}) => ({
  source: connection.source,
  sourcePort: connection.sourceHandle ?? 'out',
  target: connection.target,
  targetPort: connection.targetHandle ?? 'in',
});

const attachmentOf = (nodeId: string, handleId: string | null, handleType: HandleType): Attachment =>
  handleType === 'source'
    ? { kind: 'after', nodeId, port: handleId ?? 'out' }
    : { kind: 'before', nodeId, port: handleId ?? 'in' };

/** What happens while an edge is drawn: which targets are allowed, and where a drop on empty canvas leads. */
export const useConnecting = () => {
  const { editor, store } = useBuilder();
  const { screenToFlowPosition } = useReactFlow<StepFlowNode, StepFlowEdge>();
  return useMemo(() => {
    const isValidConnection: IsValidConnection<StepFlowEdge> = (connection) =>
      connectionProblem(editor.doc, toLink(connection)) === undefined;

    const onConnectStart: OnConnectStart = (_event, { nodeId, handleType }) => {
      if (!nodeId) return;
      const links = linksOf(store.getState());
      // An edge from here to anything upstream would close a circle.
      const forbidden = handleType === 'source' ? upstreamOf(links, nodeId) : downstreamOf(links, nodeId);
      for (const node of store.getState().nodes) {
        if (handleType === 'source' && getNodeDefinition(node.data.step.type)?.inputs.length === 0)
          forbidden.add(node.id);
        if (handleType === 'target' && node.data.step.type === 'output') forbidden.add(node.id);
      }
      forbidden.delete(nodeId);
      store.getState().setForbiddenTargets(forbidden);
    };

    const onConnectEnd = (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
      store.getState().setForbiddenTargets(null);
      if (state.isValid || state.toNode || !state.fromHandle) return;
      const screen = pointOf(event);
      const at = screenToFlowPosition(screen);
      const { nodeId, id, type } = state.fromHandle;
      store.getState().openPicker({
        screen,
        position: { x: type === 'source' ? at.x : at.x - NODE_WIDTH, y: at.y - NODE_HEIGHT / 2 },
        attach: attachmentOf(nodeId, id ?? null, type),
      });
    };

    return {
      isValidConnection,
      onConnectStart,
      onConnectEnd,
      onConnect: (connection: Connection) => void editor.connect(toLink(connection)),
      onReconnect: (edge: StepFlowEdge, connection: Connection) => editor.reconnect(edge.id, toLink(connection)),
    };
  }, [editor, store, screenToFlowPosition]);
};
