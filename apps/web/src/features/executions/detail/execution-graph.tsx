'use client';

import '@xyflow/react/dist/style.css';
import type { WorkflowDefinition } from '@agentweaver/core/definition/workflow-definition';
import { Paper, useComputedColorScheme } from '@mantine/core';
import { Background, Controls, ReactFlow, ReactFlowProvider } from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { useEffect, useMemo, useState } from 'react';
import type { RoundCounts, StepView } from '../execution-view.ts';
import classes from './execution-graph.module.css';
import { boxesOf, type CanvasNode, runEdges, runNodes } from './graph-elements.ts';
import { boundsOf, graphHeight } from './graph-view.ts';
import { KeepInView } from './keep-in-view.tsx';
import { RunFrame } from './run-frame.tsx';
import { RunNode } from './run-node.tsx';
import { createRunStepsStore, RunStepsContext } from './run-steps-store.ts';

const NODE_TYPES = { run: RunNode, frame: RunFrame };
const FIT_VIEW = { padding: 0.08, maxZoom: 1 };

/** Where something happens or went wrong: what one looks for in a graph too large to be seen whole. */
const focusOf = ({ nodes }: WorkflowDefinition, steps: Readonly<Record<string, StepView>>): string | null => {
  const of = (status: StepView['status']) => nodes.find(({ id }) => steps[id]?.status === status)?.id;
  return of('waiting') ?? of('failed') ?? of('running') ?? nodes[0]?.id ?? null;
};

type ExecutionGraphProps = {
  definition: WorkflowDefinition;
  /** One per node, all runs of a node together. */
  steps: readonly StepView[];
  rounds: Readonly<Record<string, RoundCounts>>;
  selected: string | null;
  onSelect: (nodeId: string | null) => void;
};

/** The graph as it ran: the frozen version, with live step states and the paths that were taken. */
export const ExecutionGraph = ({ definition, steps: list, rounds, selected, onSelect }: ExecutionGraphProps) => {
  const t = useTranslations('executions.graph');
  const a11y = useTranslations('builder.canvas.a11y');
  const colorMode = useComputedColorScheme('light');
  const [store] = useState(createRunStepsStore);
  const steps = useMemo(() => Object.fromEntries(list.map((step) => [step.nodeId, step])), [list]);
  useEffect(() => store.setState({ steps, rounds, selected }), [store, steps, rounds, selected]);
  const ariaLabels = useMemo(
    () => ({
      'controls.ariaLabel': a11y('controls'),
      'controls.zoomIn.ariaLabel': a11y('zoomIn'),
      'controls.zoomOut.ariaLabel': a11y('zoomOut'),
      'controls.fitView.ariaLabel': a11y('fitView'),
    }),
    [a11y],
  );
  const nodes = useMemo(() => runNodes(definition), [definition]);
  const height = useMemo(() => graphHeight(boundsOf(boxesOf(nodes))), [nodes]);
  const edges = useMemo(() => runEdges(definition, steps), [definition, steps]);
  return (
    <Paper withBorder className={classes.graph} style={{ height }} component="section" aria-label={t('label')}>
      <RunStepsContext value={store}>
        <ReactFlowProvider>
          <ReactFlow<CanvasNode>
            nodes={nodes}
            edges={edges}
            nodeTypes={NODE_TYPES}
            colorMode={colorMode}
            ariaLabelConfig={ariaLabels}
            minZoom={0.1}
            maxZoom={1.75}
            nodesDraggable={false}
            nodesConnectable={false}
            edgesFocusable={false}
            zoomOnScroll={false}
            preventScrolling={false}
            deleteKeyCode={null}
            selectionKeyCode={null}
            onlyRenderVisibleElements={nodes.length > 100}
            onNodeClick={(_event, node) => onSelect(node.id)}
            onNodesChange={(changes) => {
              // Enter or Space on a focused node selects it.
              const change = changes.find((one) => one.type === 'select' && one.selected);
              if (change?.type === 'select') onSelect(change.id);
            }}
            onPaneClick={() => onSelect(null)}
          >
            <KeepInView nodes={nodes} focus={selected ?? focusOf(definition, steps)} />
            <Background gap={20} />
            <Controls
              showInteractive={false}
              fitViewOptions={FIT_VIEW}
              position="bottom-left"
              orientation="horizontal"
            />
          </ReactFlow>
        </ReactFlowProvider>
      </RunStepsContext>
    </Paper>
  );
};
