import { type WorkflowDefinitionInput, workflowDefinitionSchema } from '../../definition/workflow-definition.ts';
import type { EngineEvent, FinishedStep } from '../events.ts';
import type { RunOptions } from '../execution.ts';
import { runWorkflow } from '../run-workflow.ts';
import { hostWith, scriptedNodes } from './scripted-node.ts';
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts';

type NodeInput = WorkflowDefinitionInput['nodes'][number];
type ScriptedWorkflow = {
  /** By id. */
  nodes: Record<string, Partial<NodeInput>>;
  /** `a>b`, or `a.port>b`. */
  edges: string[];
  settings?: WorkflowDefinitionInput['settings'];
};

/** A definition of scripted nodes. */
export const scripted = ({ nodes, edges, settings }: ScriptedWorkflow) =>
  workflowDefinitionSchema.parse({
    nodes: Object.entries(nodes).map(([id, node]) => ({ id, type: 'scripted', name: id, ...node })),
    edges: edges.map((edge, index) => {
      const [from = '', target] = edge.split('>');
      const [source, sourcePort = 'out'] = from.split('.');
      return { id: `e${index}`, source, sourcePort, target };
    }),
    ...(settings ? { settings } : {}),
  });

type ScriptedOptions = Partial<Omit<RunOptions, 'host'>> & {
  input?: unknown;
  clock?: VirtualClock;
  /** Sees each event as it comes. */
  onEvent?: (event: EngineEvent) => void;
};

/** Runs it on a virtual clock and gives all its events. */
export const runScripted = async (
  definition: ReturnType<typeof scripted>,
  { input = { topic: 'tea' }, clock = createVirtualClock(), onEvent, ...options }: ScriptedOptions = {},
): Promise<EngineEvent[]> => {
  const events: EngineEvent[] = [];
  for await (const event of runWorkflow(definition, input, {
    host: hostWith(clock),
    nodeRuntime: scriptedNodes,
    ...options,
  })) {
    events.push(event);
    onEvent?.(event);
  }
  return events;
};

/** The steps that an execution with these events need not run again. */
export const finishedStepsOf = (events: EngineEvent[]): FinishedStep[] =>
  events.flatMap((event): FinishedStep[] => {
    if (event.type === 'step_completed') {
      return [{ status: 'completed', nodeId: event.nodeId, output: event.output, ports: event.ports }];
    }
    if (event.type === 'step_failed' && event.continued) return [{ status: 'failed', nodeId: event.nodeId }];
    return event.type === 'step_skipped' ? [{ status: 'skipped', nodeId: event.nodeId }] : [];
  });
