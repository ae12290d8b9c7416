import type { WorkflowEdge } from '../definition/workflow-definition.ts';
import type { FeedbackRegion } from '../graph/feedback-regions.ts';
import { incomingEdges, outgoingEdges } from '../graph/graph.ts';
import { BACK_PORT } from '../nodes/node-type.ts';
import type { SchedulePlan } from './schedule-plan.ts';

/**
 * Decides what runs next in one scope, and nothing else: no clock, no I/O, the same decisions for the same outcomes.
 *
 * An edge is *decided* once its source has settled: *active* when the source took the edge's port, *dead* otherwise. A
 * node whose edges are all decided is *ready* when at least one is active, and *skipped* when all are dead; a merge is
 * ready as soon as enough are active. A node without incoming edges is ready from the start.
 *
 * An evaluation that takes the port `back` reopens its region: the nodes in it wait again, and the edges among them are
 * undecided again. Edges that leave the region elsewhere than from the evaluation are held until it has settled for
 * good, and it starts only once nothing in its region is left to end, so that no step of an old round meets a new one.
 *
 * Settling a node costs what its outgoing edges cost; only a region that reopens is gone through again.
 */
export type Schedule = {
  readonly plan: SchedulePlan;
  readonly states: Map<string, NodeState>;
  /** Incoming edges that are not decided, by node. */
  readonly undecided: Map<string, number>;
  readonly activeEdges: Set<WorkflowEdge>;
  /** Their number by target. */
  readonly active: Map<string, number>;
  /** What had arrived at a merge when it became ready. */
  readonly arrived: Map<string, readonly string[]>;
  readonly regions: Map<FeedbackRegion, RegionState>;
  /** How nodes with held edges ended. */
  readonly heldOutcomes: Map<string, Outcome>;
  /** Nodes that run even if no active edge leads to them. */
  readonly unconditional: ReadonlySet<string>;
};

type NodeState = 'waiting' | 'ready' | 'settled';

type RegionState = {
  /** How often it was reopened. */
  round: number;
  /** Members that have not settled, the evaluation aside. */
  unsettled: number;
  /** The evaluation has settled for good. */
  closed: boolean;
};

/** How a node ended. `stopped` decides nothing, as the whole scope ends. */
export type Outcome =
  | { kind: 'completed'; ports: readonly string[] }
  | { kind: 'skipped' }
  | { kind: 'cancelled' }
  | { kind: 'stopped' };

/** What an outcome leads to. */
export type Decision = {
  /** To be started. */
  ready: string[];
  /** Will never start: no active edge leads to them. */
  skipped: string[];
  /** A merge that became ready has no more use for them. They have settled, also those that were ready before. */
  losers: string[];
  /** Goes round again. */
  reopened?: FeedbackRegion;
};

/** A schedule at its beginning, and what can start. */
export const openSchedule = (
  plan: SchedulePlan,
  unconditional: ReadonlySet<string> = new Set(),
): { schedule: Schedule; decision: Decision } => {
  const schedule: Schedule = {
    plan,
    states: new Map(),
    undecided: new Map(),
    activeEdges: new Set(),
    active: new Map(),
    arrived: new Map(),
    regions: new Map(),
    heldOutcomes: new Map(),
    unconditional,
  };
  const decision: Decision = { ready: [], skipped: [], losers: [] };
  for (const region of plan.regionOfEvaluation.values()) schedule.regions.set(region, openRegion(region, 0));
  for (const nodeId of plan.graph.nodes.keys()) {
    schedule.states.set(nodeId, 'waiting');
    schedule.undecided.set(nodeId, incomingEdges(plan.graph, nodeId).length);
  }
  for (const nodeId of plan.graph.nodes.keys()) if (isFirst(plan, nodeId)) makeReady(schedule, nodeId, decision, []);
  return { schedule, decision };
};

/** Records how a ready node ended and says what follows. A node settles once a round; later outcomes are ignored. */
export const settle = (schedule: Schedule, nodeId: string, outcome: Outcome): Decision => {
  const decision: Decision = { ready: [], skipped: [], losers: [] };
  if (schedule.states.get(nodeId) !== 'ready') return decision;
  schedule.states.set(nodeId, 'settled');
  if (outcome.kind === 'stopped') return decision;
  const region = schedule.plan.regionOfEvaluation.get(nodeId);
  if (region && outcome.kind === 'completed' && outcome.ports.includes(BACK_PORT)) {
    reopen(schedule, region, decision);
  } else {
    follow(schedule, [{ nodeId, outcome }], decision);
  }
  return decision;
};

/** Nodes that have not ended, in the definition's order. */
export const unsettledNodes = (schedule: Schedule): string[] =>
  [...schedule.states].filter(([, state]) => state !== 'settled').map(([nodeId]) => nodeId);

export const isReady = (schedule: Schedule, nodeId: string): boolean => schedule.states.get(nodeId) === 'ready';

/** The nodes that this one hears from, each once, in the order of their edges; of a merge, those that it started with. */
export const activePredecessors = (schedule: Schedule, nodeId: string): readonly string[] => {
  const arrived = schedule.arrived.get(nodeId);
  if (arrived) return arrived;
  const incoming = incomingEdges(schedule.plan.graph, nodeId);
  const active = incoming.filter((edge) => schedule.activeEdges.has(edge));
  const heard = active.length === 0 && schedule.unconditional.has(nodeId) ? incoming : active;
  return [...new Set(heard.map((edge) => edge.source))];
};

/** How often each region that a node is in was reopened, outer ones first, those that never were left out. */
export const roundsOf = (schedule: Schedule, nodeId: string): { evaluation: string; round: number }[] =>
  (schedule.plan.regionsOf.get(nodeId) ?? [])
    .map((region) => ({ evaluation: region.evaluation, round: schedule.regions.get(region)?.round ?? 0 }))
    .filter(({ round }) => round > 0);

type Settled = { nodeId: string; outcome: Outcome };

const isFirst = ({ graph }: SchedulePlan, nodeId: string): boolean => incomingEdges(graph, nodeId).length === 0;

const openRegion = ({ members }: FeedbackRegion, round: number): RegionState => ({
  round,
  unsettled: members.size - 1,
  closed: false,
});

/** From nodes that have settled to all that follows from it. */
const follow = (schedule: Schedule, settled: Settled[], decision: Decision): void => {
  // `settled` grows while it is walked: a node that is skipped or lost settles at once and decides its own edges.
  for (const { nodeId, outcome } of settled) {
    for (const edge of outgoingEdges(schedule.plan.graph, nodeId)) {
      const holder = schedule.plan.heldBy.get(edge);
      if (!holder || schedule.regions.get(holder)?.closed) decide(schedule, edge, outcome, decision, settled);
      else schedule.heldOutcomes.set(nodeId, outcome);
    }
    closeRegion(schedule, nodeId, decision, settled);
    countMember(schedule, nodeId, decision, settled);
  }
};

const decide = (
  schedule: Schedule,
  edge: WorkflowEdge,
  outcome: Outcome,
  decision: Decision,
  settled: Settled[],
): void => {
  const { undecided, active, activeEdges } = schedule;
  undecided.set(edge.target, (undecided.get(edge.target) ?? 0) - 1);
  if (outcome.kind === 'completed' && outcome.ports.includes(edge.sourcePort)) {
    activeEdges.add(edge);
    active.set(edge.target, (active.get(edge.target) ?? 0) + 1);
  }
  consider(schedule, edge.target, decision, settled);
};

/** Whether a node that waits can start, or never will. */
const consider = (schedule: Schedule, nodeId: string, decision: Decision, settled: Settled[]): void => {
  if (schedule.states.get(nodeId) !== 'waiting') return;
  const { plan } = schedule;
  const active = schedule.active.get(nodeId) ?? 0;
  const region = plan.regionOfEvaluation.get(nodeId);
  if (active >= (plan.startsAfter.get(nodeId) ?? Number.POSITIVE_INFINITY)) {
    makeReady(schedule, nodeId, decision, settled);
  } else if ((schedule.undecided.get(nodeId) ?? 0) > 0 || (region && schedule.regions.get(region)?.unsettled !== 0)) {
    return;
  } else if (active > 0 || isFirst(plan, nodeId) || schedule.unconditional.has(nodeId)) {
    makeReady(schedule, nodeId, decision, settled);
  } else {
    schedule.states.set(nodeId, 'settled');
    decision.skipped.push(nodeId);
    settled.push({ nodeId, outcome: { kind: 'skipped' } });
  }
};

const makeReady = (schedule: Schedule, nodeId: string, decision: Decision, settled: Settled[]): void => {
  if (schedule.plan.startsAfter.has(nodeId)) schedule.arrived.set(nodeId, activePredecessors(schedule, nodeId));
  schedule.states.set(nodeId, 'ready');
  decision.ready.push(nodeId);
  for (const loser of schedule.plan.losers.get(nodeId) ?? []) {
    if (schedule.states.get(loser) === 'settled') continue;
    schedule.states.set(loser, 'settled');
    decision.losers.push(loser);
    settled.push({ nodeId: loser, outcome: { kind: 'cancelled' } });
  }
};

/** An evaluation that does not go back lets the held edges of its region go. */
const closeRegion = (schedule: Schedule, nodeId: string, decision: Decision, settled: Settled[]): void => {
  const region = schedule.plan.regionOfEvaluation.get(nodeId);
  const state = region && schedule.regions.get(region);
  if (!region || !state) return;
  state.closed = true;
  for (const member of region.members) {
    const outcome = schedule.heldOutcomes.get(member);
    if (!outcome) continue;
    for (const edge of outgoingEdges(schedule.plan.graph, member)) {
      if (schedule.plan.heldBy.get(edge) === region) decide(schedule, edge, outcome, decision, settled);
    }
  }
};

/** The last member of a region to settle lets its evaluation start, if that is decided by then. */
const countMember = (schedule: Schedule, nodeId: string, decision: Decision, settled: Settled[]): void => {
  for (const region of schedule.plan.regionsOf.get(nodeId) ?? []) {
    const state = schedule.regions.get(region);
    if (!state || nodeId === region.evaluation) continue;
    state.unsettled -= 1;
    consider(schedule, region.evaluation, decision, settled);
  }
};

/** Every member has settled: the evaluation was the last. */
const reopen = (schedule: Schedule, region: FeedbackRegion, decision: Decision): void => {
  const { plan, states, undecided, active, activeEdges } = schedule;
  decision.reopened = region;
  for (const member of region.members) {
    states.set(member, 'waiting');
    schedule.arrived.delete(member);
    schedule.heldOutcomes.delete(member);
    for (const edge of incomingEdges(plan.graph, member)) {
      if (!region.members.has(edge.source)) continue;
      undecided.set(member, (undecided.get(member) ?? 0) + 1);
      if (activeEdges.delete(edge)) active.set(member, (active.get(member) ?? 0) - 1);
    }
  }
  for (const [other, state] of schedule.regions) {
    if (other === region) schedule.regions.set(region, openRegion(region, state.round + 1));
    else if (region.members.has(other.evaluation)) schedule.regions.set(other, openRegion(other, 0));
    // The evaluation itself had not been counted in the regions around it.
    else if (other.members.has(region.evaluation)) state.unsettled += region.members.size - 1;
  }
  const settled: Settled[] = [];
  for (const member of region.members) consider(schedule, member, decision, settled);
  follow(schedule, settled, decision);
};
