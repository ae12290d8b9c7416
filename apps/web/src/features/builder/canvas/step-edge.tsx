'use client';

import { ERROR_PORT } from '@agentweaver/core/definition/workflow-definition';
import { ActionIcon, Tooltip } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { BaseEdge, EdgeLabelRenderer, type EdgeProps, getBezierPath } from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { type MouseEvent, memo, useState } from 'react';
import { useBuilder, useRunState } from '../state/builder-context.tsx';
import { NODE_HEIGHT, NODE_WIDTH, type StepFlowEdge } from '../state/flow-elements.ts';
import { edgeUse } from '../state/node-run.ts';
import classes from './step-edge.module.css';

const StepEdgeView = (props: EdgeProps<StepFlowEdge>) => {
  const { id, data, selected, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition } = props;
  const t = useTranslations('builder.canvas');
  const { editor, store, readOnly } = useBuilder();
  const [hovered, setHovered] = useState(false);
  const edge = data?.edge;
  const use = useRunState((state) => (edge ? edgeUse(state, edge) : 'idle'));
  const [path, labelX, labelY] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  const showActions = !readOnly && (hovered || selected);

  const insert = (event: MouseEvent) => {
    event.stopPropagation();
    store.getState().openPicker({
      screen: { x: event.clientX, y: event.clientY },
      position: { x: labelX - NODE_WIDTH / 2, y: labelY - NODE_HEIGHT / 2 },
      attach: { kind: 'edge', edgeId: id },
    });
  };
  return (
    <g onPointerEnter={() => setHovered(true)} onPointerLeave={() => setHovered(false)}>
      <BaseEdge
        id={id}
        path={path}
        interactionWidth={24}
        className={classes.edge}
        data-use={use}
        data-port={edge?.sourcePort === ERROR_PORT ? 'error' : undefined}
        data-selected={selected || undefined}
      />
      {showActions && (
        <EdgeLabelRenderer>
          <div
            className={`${classes.actions} nodrag nopan`}
            style={{ transform: `translate(-50%, -50%) translate(${labelX}px, ${labelY}px)` }}
            onPointerEnter={() => setHovered(true)}
            onPointerLeave={() => setHovered(false)}
          >
            <Tooltip label={t('insertNode')}>
              <ActionIcon size="sm" radius="xl" aria-label={t('insertNode')} onClick={insert}>
                <IconPlus size={14} />
              </ActionIcon>
            </Tooltip>
            {selected && (
              <Tooltip label={t('deleteEdge')}>
                <ActionIcon
                  size="sm"
                  radius="xl"
                  color="red"
                  aria-label={t('deleteEdge')}
                  onClick={() => editor.remove({ nodeIds: [], edgeIds: [id] })}
                >
                  <IconTrash size={13} />
                </ActionIcon>
              </Tooltip>
            )}
          </div>
        </EdgeLabelRenderer>
      )}
    </g>
  );
};

export const StepEdge = memo(StepEdgeView);
