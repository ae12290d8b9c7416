'use client';

import { connectionProblem } from '@agentweaver/core/draft/edit-edges';
import { byId, containersOf } from '@agentweaver/core/graph/parents';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import {
  type Connection,
  type FinalConnectionState,
  type HandleType,
  type IsValidConnection,
  type OnConnectStart,
  useReactFlow,
} from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { useMemo } from 'react';
import { downstreamOf, upstreamOf } from '../graph/upstream.ts';
import { useBuilder } from '../state/builder-context.tsx';
import { linksOf, stepsOf } from '../state/builder-store.ts';
import { type Attachment, portsOfStep } from '../state/draft-edits.ts';
import { NODE_HEIGHT, NODE_WIDTH, type StepFlowEdge, type StepFlowNode } from '../state/flow-elements.ts';

import { tellOnce } from './tell-once.ts';

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
  const t = useTranslations('builder.canvas');
  const { screenToFlowPosition } = useReactFlow<StepFlowNode, StepFlowEdge>();
  return useMemo(() => {
    const isValidConnection: IsValidConnection<StepFlowEdge> = (connection) =>
      connectionProblem(editor.doc, toLink(connection)) === undefined;

    const onConnectStart: OnConnectStart = (_event, { nodeId, handleType }) => {
      if (!nodeId) return;
      const links = linksOf(store.getState());
      // An edge from here to anything upstream would close a circle.
      const forbidden = handleType === 'source' ? upstreamOf(links, nodeId) : downstreamOf(links, nodeId);
      const all = byId(stepsOf(store.getState()));
      const scope = containersOf(all, nodeId, getNodeDefinition)[0];
      for (const node of store.getState().nodes) {
        const { type } = node.data.step;
        const hasNoPort =
          handleType === 'source'
            ? getNodeDefinition(type)?.inputs.length === 0
            : portsOfStep(node.data.step).length === 0;
        if (hasNoPort || containersOf(all, node.id, getNodeDefinition)[0] !== scope) forbidden.add(node.id);
      }
      forbidden.delete(nodeId);
      store.getState().setForbiddenTargets(forbidden);
    };

    const onConnectEnd = (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
      store.getState().setForbiddenTargets(null);
      if (state.isValid || !state.fromHandle) return;
      if (state.toHandle && state.fromHandle.type !== state.toHandle.type) {
        const [source, target] =
          state.fromHandle.type === 'source' ? [state.fromHandle, state.toHandle] : [state.toHandle, state.fromHandle];
        const problem = connectionProblem(
          editor.doc,
          toLink({ source: source.nodeId, sourceHandle: source.id, target: target.nodeId, targetHandle: target.id }),
        );
        if (problem) tellOnce(t(`cannotConnect.${problem}`), 'orange');
      }
      if (state.toNode) return;
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
  }, [editor, store, screenToFlowPosition, t]);
};
