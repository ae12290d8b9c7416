import { expect } from 'vitest';
import type { WorkflowDefinition } from '../../definition/workflow-definition.ts';
import { type FeedbackRegion, findFeedbackRegions } from '../../graph/feedback-regions.ts';
import { type Graph, incomingEdges } from '../../graph/graph.ts';
import { buildScopes, type Scopes } from '../../graph/scopes.ts';
import { BACK_PORT } from '../../nodes/node-type.ts';
import type { EngineEvent } from '../events.ts';
import { parseIteration } from '../parse-iteration.ts';
import { stepKey } from '../step-key.ts';
import { scriptedNodes } from './scripted-node.ts';

type StepEvent = Extract<EngineEvent, { nodeId: string }>;
type End = { kind: 'completed' | 'failed' | 'skipped' | 'cancelled'; ports: string[] };

const nodeDefinition = (type: string) => scriptedNodes(type)?.definition;

/**
 * Holds the events of an execution to the rules that hold for every one, said as plainly as they can be and without the
 * engine's own bookkeeping. Give each run's events in order; a further run is a resumed one. The end of one that was
 * interrupted is not looked at.
 */
export const createRunCheck = (definition: WorkflowDefinition, { isSteady }: { isSteady: boolean }) => {
  const scopes = buildScopes(definition, nodeDefinition);
  const regions = new Map(
    [...scopes.graphs].map(([id, graph]) => [id, findFeedbackRegions(graph, nodeDefinition).regions]),
  );
  const typeOf = new Map(definition.nodes.map((node) => [node.id, node.type]));
  /** How the last run of each node ended, in each run of its scope; a round that begins anew forgets its region. */
  const ends = new Map<string, End>();
  /** Every end that was ever told. */
  const told = new Map<string, End['kind']>();

  return (events: readonly EngineEvent[], { isInterrupted = false } = {}) => {
    const running = new Set<string>();
    const waiting = new Set<string>();

    const start = (event: StepEvent, key: string) => {
      expect(running.has(key), `${key} runs twice`).toBe(false);
      const before = told.get(key);
      if (isSteady) expect(before, `${key} had ended`).toBeUndefined();
      checkNeeds(event, scopes, regions, ends, (id) => typeOf.get(id) === 'merge');
      checkInsideContainers(event, typeOf, running);
      running.add(key);
      const leaves = [...running].filter((one) => !isContainer(typeOf.get(one.split('/').at(-1) ?? '')));
      expect(leaves.length).toBeLessThanOrEqual(definition.settings.maxParallel);
    };

    const end = (event: StepEvent, key: string, { kind, ports }: End) => {
      const wasWaiting = waiting.delete(key);
      const wasRunning = running.delete(key);
      if (kind === 'cancelled') expect(wasRunning || wasWaiting || !isSteady, `${key} was cancelled`).toBe(true);
      else expect(wasRunning, `${key} ended as ${kind}`).toBe(kind !== 'skipped');
      if (isSteady) expect(told.has(key), `${key} ended twice`).toBe(false);
      told.set(key, kind);
      checkInsideContainers(event, typeOf, new Set([...running, ...waiting]));
      expect([...running, ...waiting].filter((one) => one.startsWith(`${key}[`) || one.startsWith(`${key}#`))).toEqual(
        [],
      );
      const base = baseOf(event, typeOf);
      ends.set(`${base}/${event.nodeId}`, { kind, ports });
      if (!ports.includes(BACK_PORT)) return;
      const region = (regions.get(scopes.scopeOf.get(event.nodeId) ?? '') ?? []).find(
        ({ evaluation }) => evaluation === event.nodeId,
      );
      for (const member of region?.members ?? []) ends.delete(`${base}/${member}`);
    };

    for (const event of events) {
      if (!('nodeId' in event)) continue;
      const key = stepKey(event.nodeId, event.iteration);
      if (event.type === 'step_started') start(event, key);
      else if (event.type === 'step_completed') end(event, key, { kind: 'completed', ports: event.ports });
      else if (event.type === 'step_failed') end(event, key, { kind: 'failed', ports: event.ports ?? [] });
      else if (event.type === 'step_skipped') end(event, key, { kind: 'skipped', ports: [] });
      else if (event.type === 'step_cancelled') end(event, key, { kind: 'cancelled', ports: [] });
      else if (event.type === 'step_waiting') {
        expect(running.delete(key)).toBe(true);
        waiting.add(key);
      } else expect(running.has(key)).toBe(true);
    }

    if (isInterrupted) return;
    const lastEvent = events.at(-1);
    expect(events[0]?.type).toBe('execution_started');
    expect(events.filter(({ type }) => type.startsWith('execution_')).length).toBe(2);
    expect(lastEvent?.type).toMatch(/^execution_(completed|failed|cancelled|waiting)$/);
    expect([...running]).toEqual([]);
    if (lastEvent?.type === 'execution_waiting') {
      const leaves = [...waiting].filter((key) => !isContainer(typeOf.get(key.split('/').at(-1) ?? '')));
      expect(lastEvent.waits.map((wait) => stepKey(wait.nodeId, wait.iteration)).sort()).toEqual(leaves.sort());
    } else {
      expect([...waiting]).toEqual([]);
      for (const id of scopes.graphs.get('')?.nodes.keys() ?? [])
        expect(ends.has(`/${id}`), `${id} has no end`).toBe(true);
    }
    if (lastEvent?.type === 'execution_failed') expect(lastEvent.error.code).not.toMatch(/internal|invalid_workflow/);
  };
};

const isContainer = (type: string | undefined): boolean => type === 'each' || type === 'again';

/** The run of the scope that a step is in: its iteration up to the last container. */
const baseOf = ({ iteration }: { iteration: string }, typeOf: ReadonlyMap<string, string>): string => {
  const segments = parseIteration(iteration) ?? [];
  const lastContainer = segments.findLastIndex(({ nodeId }) => isContainer(typeOf.get(nodeId)));
  return iteration
    .split('/')
    .slice(0, lastContainer + 1)
    .join('/');
};

/** Each container around a step has begun and not ended. */
const checkInsideContainers = (event: StepEvent, typeOf: ReadonlyMap<string, string>, open: ReadonlySet<string>) => {
  for (const { nodeId, within } of parseIteration(event.iteration) ?? []) {
    if (isContainer(typeOf.get(nodeId))) expect(open.has(stepKey(nodeId, within))).toBe(true);
  }
};

/** What leads to a step has ended and took it there; what leaves a region did so for good. */
const checkNeeds = (
  event: StepEvent,
  scopes: Scopes,
  regionsByScope: ReadonlyMap<string, readonly FeedbackRegion[]>,
  ends: ReadonlyMap<string, End>,
  isMerge: (nodeId: string) => boolean,
) => {
  const scope = scopes.scopeOf.get(event.nodeId) ?? '';
  const graph: Graph | undefined = scopes.graphs.get(scope);
  const regions = regionsByScope.get(scope) ?? [];
  const typeOf = new Map(
    [...scopes.graphs.values()].flatMap(({ nodes }) => [...nodes.values()].map((node) => [node.id, node.type])),
  );
  const base = baseOf(event, typeOf);
  const endOf = (id: string) => ends.get(`${base}/${id}`);
  const incoming = graph ? incomingEdges(graph, event.nodeId) : [];
  const isActive = incoming.some(({ source, sourcePort }) => endOf(source)?.ports.includes(sourcePort));
  if (incoming.length > 0) expect(isActive, `nothing leads to ${event.nodeId}`).toBe(true);
  for (const { source } of incoming) {
    if (isMerge(event.nodeId)) continue;
    expect(endOf(source), `${event.nodeId} needs ${source}`).toBeDefined();
    for (const { evaluation, members } of regions) {
      if (!members.has(source) || members.has(event.nodeId)) continue;
      expect(endOf(evaluation), `${event.nodeId} leaves the region of ${evaluation}`).toBeDefined();
    }
  }
  const own = regions.find(({ evaluation }) => evaluation === event.nodeId);
  for (const member of own?.members ?? []) {
    if (member !== event.nodeId) expect(endOf(member), `${member} still runs`).toBeDefined();
  }
};
