import type { WorkflowEdge } from '../definition/workflow-definition.ts';
import { type Graph, incomingEdges, outgoingEdges } from '../graph/graph.ts';

/**
 * Decides what runs next, and nothing else: no clock, no I/O, the same decisions for the same outcomes.
 *
 * An edge is *decided* once its source has settled: *active* when the source completed (or failed and may be
 * ignored) and took the edge's port, *dead* otherwise. A node whose edges are all decided is *ready* when at least
 * one is active, and *skipped* when all are dead. A node without incoming edges is ready from the start.
 * Settling a node costs what its outgoing edges cost; nothing is ever scanned again.
 */
export type Schedule = {
  readonly graph: Graph;
  readonly states: Map<string, 'waiting' | 'ready' | 'settled'>;
  /** Incoming edges whose source has not settled, by node. */
  readonly undecided: Map<string, number>;
  readonly activeEdges: Set<WorkflowEdge>;
};

/** How a node ended. `failed` is a failure that its node ignores; `stopped` decides nothing, as the execution ends. */
export type Outcome =
  | { kind: 'completed'; ports: readonly string[] }
  | { kind: 'failed' }
  | { kind: 'skipped' }
  | { kind: 'stopped' };

/** What an outcome leads to: nodes to start, and nodes that will never start. */
export type Decision = { ready: string[]; skipped: string[] };

/** A schedule with the steps of an earlier attempt settled, and what can start. Their order does not matter. */
export const openSchedule = (
  graph: Graph,
  finished: ReadonlyMap<string, Outcome> = new Map(),
): { schedule: Schedule; decision: Decision } => {
  const schedule: Schedule = { graph, states: new Map(), undecided: new Map(), activeEdges: new Set() };
  const decision: Decision = { ready: [], skipped: [] };
  for (const nodeId of graph.nodes.keys()) {
    schedule.states.set(nodeId, finished.has(nodeId) ? 'settled' : 'waiting');
    schedule.undecided.set(nodeId, incomingEdges(graph, nodeId).length);
  }
  for (const [nodeId, outcome] of finished) decideEdges(schedule, nodeId, outcome, decision);
  for (const [nodeId, state] of schedule.states) {
    if (state === 'waiting' && incomingEdges(graph, nodeId).length === 0) makeReady(schedule, nodeId, decision);
  }
  return { schedule, decision };
};

/** Records how a ready node ended and says what follows. A node settles once; later outcomes are ignored. */
export const settle = (schedule: Schedule, nodeId: string, outcome: Outcome): Decision => {
  const decision: Decision = { ready: [], skipped: [] };
  if (schedule.states.get(nodeId) === 'settled') return decision;
  schedule.states.set(nodeId, 'settled');
  if (outcome.kind !== 'stopped') decideEdges(schedule, nodeId, outcome, decision);
  return decision;
};

/** Nodes that have not ended, in the definition's order. */
export const unsettledNodes = (schedule: Schedule): string[] =>
  [...schedule.states].filter(([, state]) => state !== 'settled').map(([nodeId]) => nodeId);

/** The nodes that this one hears from, each once, in the order of their edges. */
export const activePredecessors = (schedule: Schedule, nodeId: string): string[] => {
  const active = incomingEdges(schedule.graph, nodeId).filter((edge) => schedule.activeEdges.has(edge));
  return [...new Set(active.map((edge) => edge.source))];
};

/** The ports of a node that edges leave from. */
export const connectedPorts = (schedule: Schedule, nodeId: string): string[] => [
  ...new Set(outgoingEdges(schedule.graph, nodeId).map((edge) => edge.sourcePort)),
];

const decideEdges = (schedule: Schedule, nodeId: string, outcome: Outcome, decision: Decision): void => {
  const settled: { nodeId: string; outcome: Outcome }[] = [{ nodeId, outcome }];
  // Grows while it is walked: a skipped node settles at once and decides its own edges.
  for (const source of settled) {
    for (const edge of outgoingEdges(schedule.graph, source.nodeId)) {
      if (isTaken(edge, source.outcome)) schedule.activeEdges.add(edge);
      if (!isLastDecision(schedule, edge.target)) continue;
      if (incomingEdges(schedule.graph, edge.target).some((incoming) => schedule.activeEdges.has(incoming))) {
        makeReady(schedule, edge.target, decision);
      } else {
        schedule.states.set(edge.target, 'settled');
        decision.skipped.push(edge.target);
        settled.push({ nodeId: edge.target, outcome: { kind: 'skipped' } });
      }
    }
  }
};

const isTaken = (edge: WorkflowEdge, outcome: Outcome): boolean => {
  if (outcome.kind === 'completed') return outcome.ports.includes(edge.sourcePort);
  return outcome.kind === 'failed';
};

/** Counts one incoming edge as decided; `true` when it was the last one of a node that still waits. */
const isLastDecision = (schedule: Schedule, nodeId: string): boolean => {
  const left = (schedule.undecided.get(nodeId) ?? 0) - 1;
  schedule.undecided.set(nodeId, left);
  return left === 0 && schedule.states.get(nodeId) === 'waiting';
};

const makeReady = (schedule: Schedule, nodeId: string, decision: Decision): void => {
  schedule.states.set(nodeId, 'ready');
  decision.ready.push(nodeId);
};
