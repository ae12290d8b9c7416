'use client';

import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import { useComputedColorScheme } from '@mantine/core';
import {
  Background,
  BackgroundVariant,
  Controls,
  type EdgeChange,
  MiniMap,
  type NodeChange,
  type NodeMouseHandler,
  ReactFlow,
  useReactFlow,
  useStore,
} from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { type DragEvent, type PointerEvent, useCallback, useMemo, useRef, useState } from 'react';
import { CATEGORY_COLOR } from '../node-presentation.tsx';
import { useBuilder, useBuilderState } from '../state/builder-context.tsx';
import { NODE_HEIGHT, NODE_WIDTH, type StepFlowEdge, type StepFlowNode } from '../state/flow-elements.ts';
import classes from './canvas.module.css';
import { edgeAt } from './edge-under.ts';
import { DRAG_TYPE, edgeTypes, nodeTypes, VIRTUALIZE_FROM } from './flow-types.ts';
import { useAddStep } from './use-add-step.ts';
import { useCanvasKeys } from './use-canvas-keys.ts';
import { useClipboard } from './use-clipboard.ts';
import { useConnecting } from './use-connecting.ts';
import { useKeepCentre } from './use-keep-centre.ts';
import { useKeepInView } from './use-keep-in-view.ts';
import { useNodeDrag } from './use-node-drag.ts';

const FIT_VIEW = { padding: 0.08, maxZoom: 1.1 };
/** At first, names must be readable where there is room for it; the rest is a drag away. A phone shows the whole. */
const FIRST_VIEW = { ...FIT_VIEW, minZoom: 0.35 };
const PHONE_WIDTH = 600;
const MINIMAP_SIZE = { width: 160, height: 104 };
/** A smaller canvas needs its room for the nodes, in px. */
const MINIMAP_FROM = { width: 700, height: 420 };
const SNAP: [number, number] = [8, 8];
const MULTI_SELECT_KEYS = ['Shift', 'Meta', 'Control'];

const minimapColor = (node: StepFlowNode): string => {
  if (node.type !== 'step') return 'var(--mantine-primary-color-light)';
  const category = getNodeDefinition(node.data.step.type)?.category;
  return category ? `var(--mantine-color-${CATEGORY_COLOR[category]}-filled)` : 'var(--mantine-color-gray-5)';
};

/** Positions that changed without a pointer: arrow keys move the selection. */
const keyboardMoves = (changes: NodeChange<StepFlowNode>[]) =>
  changes.flatMap((change) =>
    change.type === 'position' && change.dragging === false && change.position
      ? [{ id: change.id, position: change.position }]
      : [],
  );

/** The overview, where there is room for it. */
const Overview = () => {
  const hasRoom = useStore((state) => state.width >= MINIMAP_FROM.width && state.height >= MINIMAP_FROM.height);
  if (!hasRoom) return null;
  return (
    <MiniMap<StepFlowNode>
      position="bottom-right"
      pannable
      zoomable
      nodeColor={minimapColor}
      className={classes.minimap}
      style={MINIMAP_SIZE}
    />
  );
};

export const Canvas = () => {
  const t = useTranslations('builder.canvas');
  const { editor, store, readOnly } = useBuilder();
  const nodes = useBuilderState((state) => state.nodes);
  const edges = useBuilderState((state) => state.edges);
  const colorScheme = useComputedColorScheme('light');
  const { screenToFlowPosition } = useReactFlow<StepFlowNode, StepFlowEdge>();
  const addStep = useAddStep();
  const connecting = useConnecting();
  const pointer = useRef<{ x: number; y: number } | null>(null);
  const drag = useNodeDrag();
  const [firstView] = useState(() => (window.innerWidth < PHONE_WIDTH ? FIT_VIEW : FIRST_VIEW));
  useKeepCentre();
  useKeepInView();
  useCanvasKeys(pointer);
  useClipboard(pointer);

  const onNodesChange = useCallback(
    (changes: NodeChange<StepFlowNode>[]) => {
      store.getState().changeNodes(changes);
      const moves = drag.isDragging() || readOnly ? [] : keyboardMoves(changes);
      if (moves.length > 0) editor.move(moves, 'nudge');
    },
    [editor, store, readOnly, drag],
  );
  const onEdgesChange = useCallback(
    (changes: EdgeChange<StepFlowEdge>[]) => store.getState().changeEdges(changes),
    [store],
  );

  const onNodeClick: NodeMouseHandler<StepFlowNode> = useCallback(
    (event, node) => {
      if (!event.shiftKey && !event.metaKey && !event.ctrlKey) store.getState().openNode(node.id);
    },
    [store],
  );
  const onNodeContextMenu: NodeMouseHandler<StepFlowNode> = useCallback(
    (event, node) => {
      event.preventDefault();
      const { select, openMenu } = store.getState();
      if (!node.selected) select([node.id]);
      openMenu({ nodeId: node.id, x: event.clientX, y: event.clientY });
    },
    [store],
  );
  const onPaneClick = useCallback(() => {
    store.getState().openNode(null);
    store.getState().openPicker(null);
  }, [store]);

  const onDragOver = useCallback((event: DragEvent) => {
    if (!event.dataTransfer.types.includes(DRAG_TYPE)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'copy';
  }, []);
  const onDrop = useCallback(
    (event: DragEvent) => {
      const type = event.dataTransfer.getData(DRAG_TYPE);
      if (type === '') return;
      event.preventDefault();
      const at = screenToFlowPosition({ x: event.clientX, y: event.clientY });
      const edgeId = getNodeDefinition(type)?.inputs.length
        ? edgeAt(store.getState(), { x: event.clientX, y: event.clientY })
        : undefined;
      addStep(type, {
        position: { x: at.x - NODE_WIDTH / 2, y: at.y - NODE_HEIGHT / 2 },
        attach: edgeId && type !== 'output' ? { kind: 'edge', edgeId } : undefined,
      });
    },
    [addStep, store, screenToFlowPosition],
  );
  const onPointerMove = useCallback((event: PointerEvent) => {
    pointer.current = { x: event.clientX, y: event.clientY };
  }, []);
  const onPointerLeave = useCallback(() => {
    pointer.current = null;
  }, []);

  const ariaLabels = useMemo(
    () => ({
      'node.a11yDescription.default': t('a11y.node'),
      'node.a11yDescription.keyboardDisabled': t('a11y.node'),
      'edge.a11yDescription.default': t('a11y.edge'),
      'controls.ariaLabel': t('a11y.controls'),
      'controls.zoomIn.ariaLabel': t('a11y.zoomIn'),
      'controls.zoomOut.ariaLabel': t('a11y.zoomOut'),
      'controls.fitView.ariaLabel': t('a11y.fitView'),
      'controls.interactive.ariaLabel': t('a11y.lock'),
      'minimap.ariaLabel': t('a11y.minimap'),
    }),
    [t],
  );

  return (
    <ReactFlow<StepFlowNode, StepFlowEdge>
      className={classes.canvas}
      nodes={nodes}
      edges={edges}
      nodeTypes={nodeTypes}
      edgeTypes={edgeTypes}
      onNodesChange={onNodesChange}
      onEdgesChange={onEdgesChange}
      {...drag.handlers}
      onNodeClick={onNodeClick}
      onNodeContextMenu={onNodeContextMenu}
      onPaneClick={onPaneClick}
      onDragOver={onDragOver}
      onDrop={onDrop}
      onPointerMove={onPointerMove}
      onPointerLeave={onPointerLeave}
      {...connecting}
      nodesDraggable={!readOnly}
      nodesConnectable={!readOnly}
      edgesReconnectable={!readOnly}
      deleteKeyCode={null}
      multiSelectionKeyCode={MULTI_SELECT_KEYS}
      onlyRenderVisibleElements={nodes.length >= VIRTUALIZE_FROM}
      connectionRadius={28}
      snapGrid={SNAP}
      snapToGrid
      minZoom={0.1}
      maxZoom={2}
      fitView
      fitViewOptions={firstView}
      colorMode={colorScheme}
      ariaLabelConfig={ariaLabels}
      aria-label={t('label')}
    >
      <Background variant={BackgroundVariant.Dots} gap={20} size={1.2} />
      <Controls showInteractive={false} position="bottom-left" fitViewOptions={FIT_VIEW} />
      <Overview />
    </ReactFlow>
  );
};
