import { type WorkflowDefinitionInput, workflowDefinitionSchema } from '../../definition/workflow-definition.ts';
import type { EngineEvent, FinishedStep } from '../events.ts';
import type { RunOptions } from '../execution.ts';
import { runWorkflow } from '../run-workflow.ts';
import { stepKey } from '../step-key.ts';
import { type Answers, hostWith, scriptedNodes } from './scripted-node.ts';
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
  answers?: Answers;
  /** Sees each event as it comes. */
  onEvent?: (event: EngineEvent) => void;
};

/** Runs it on a virtual clock and gives all its events. */
export const runScripted = async (
  definition: ReturnType<typeof scripted>,
  { input = { topic: 'tea' }, clock = createVirtualClock(), answers, onEvent, ...options }: ScriptedOptions = {},
): Promise<EngineEvent[]> => {
  const events: EngineEvent[] = [];
  for await (const event of runWorkflow(definition, input, {
    host: hostWith(clock, answers),
    nodeRuntime: scriptedNodes,
    ...options,
  })) {
    events.push(event);
    onEvent?.(event);
  }
  return events;
};

/** The steps that an execution with these events need not run again. */
export const finishedStepsOf = (events: readonly EngineEvent[]): FinishedStep[] =>
  events.flatMap((event): FinishedStep[] => {
    switch (event.type) {
      case 'step_completed':
        return [{ status: 'completed', ...idOf(event), output: event.output, ports: event.ports }];
      case 'step_failed':
        return event.continued
          ? [{ status: 'failed', ...idOf(event), output: event.output, ports: event.ports ?? [] }]
          : [];
      case 'step_skipped':
        return [{ status: 'skipped', ...idOf(event) }];
      case 'step_cancelled':
        return [{ status: 'cancelled', ...idOf(event) }];
      default:
        return [];
    }
  });

/** The attempts that steps were in when an execution with these events was interrupted, by `stepKey`. */
export const attemptsOf = (events: readonly EngineEvent[]): Record<string, number> => {
  const attempts: Record<string, number> = {};
  for (const event of events) {
    if (event.type === 'step_started') attempts[stepKey(event.nodeId, event.iteration)] = event.attempt;
    if (event.type === 'step_retrying') attempts[stepKey(event.nodeId, event.iteration)] = event.attempt + 1;
  }
  return attempts;
};

const idOf = ({ nodeId, iteration }: { nodeId: string; iteration: string }) => ({ nodeId, iteration });
