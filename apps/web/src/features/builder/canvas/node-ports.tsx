'use client';

import { ERROR_PORT, type WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import type { Port } from '@agentweaver/core/nodes/node-type';
import { Handle, Position, useUpdateNodeInternals } from '@xyflow/react';
import { useTranslations } from 'next-intl';
import { useEffect, useRef } from 'react';
import { portsOfStep } from '../state/draft-edits.ts';
import { useNodeText } from '../use-node-text.ts';
import classes from './step-node.module.css';

const UNKNOWN_INPUTS: Port[] = [{ id: 'in', label: 'Input' }];
const UNKNOWN_OUTPUTS: Port[] = [{ id: 'out', label: 'Output' }];

export const InputPorts = ({ step }: { step: WorkflowNode }) => {
  const t = useTranslations('builder.canvas');
  const inputs = getNodeDefinition(step.type)?.inputs ?? UNKNOWN_INPUTS;
  return inputs.map((port) => (
    <Handle
      key={port.id}
      id={port.id}
      type="target"
      position={Position.Left}
      className={classes.handle}
      aria-label={t('inputPort', { node: step.name })}
    />
  ));
};

const OutputHandle = ({ step, port, label }: { step: WorkflowNode; port: Port; label: string }) => {
  const t = useTranslations('builder.canvas');
  return (
    <Handle
      id={port.id}
      type="source"
      position={Position.Right}
      className={classes.handle}
      data-error={port.id === ERROR_PORT || undefined}
      aria-label={t('outputPort', { node: step.name, port: label })}
    />
  );
};

/** The output ports of a node as they follow from its config; a single one has no label of its own. */
export const OutputPorts = ({ step }: { step: WorkflowNode }) => {
  const t = useTranslations('builder.canvas');
  const text = useNodeText();
  const updateInternals = useUpdateNodeInternals();
  const outputs = getNodeDefinition(step.type) ? portsOfStep(step) : UNKNOWN_OUTPUTS;
  const portKey = outputs.map((port) => port.id).join();
  const labelOf = (port: Port) => (port.id === ERROR_PORT ? t('errorPort') : text.port(step.type, port));

  // Not on mount: React Flow measures new nodes by itself, and fits the view to those it has measured.
  const measuredPorts = useRef(portKey);
  useEffect(() => {
    if (measuredPorts.current === portKey) return;
    measuredPorts.current = portKey;
    updateInternals(step.id);
  }, [step.id, portKey, updateInternals]);

  const [only] = outputs.length === 1 ? outputs : [];
  if (only) return <OutputHandle step={step} port={only} label={labelOf(only)} />;
  if (outputs.length === 0) return null;
  return (
    <ul className={classes.ports} aria-label={t('outputs')}>
      {outputs.map((port) => (
        <li key={port.id} className={classes.port} data-error={port.id === ERROR_PORT || undefined}>
          <span className={classes.portLabel}>{labelOf(port)}</span>
          <OutputHandle step={step} port={port} label={labelOf(port)} />
        </li>
      ))}
    </ul>
  );
};
