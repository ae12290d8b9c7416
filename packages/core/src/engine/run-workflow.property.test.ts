import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WorkflowDefinition } from '../definition/workflow-definition.ts';
import type { EngineEvent } from './events.ts';
import { finishedStepsOf, runScripted, scripted } from './testing/scripted-run.ts';
import { createVirtualClock } from './testing/virtual-clock.ts';

const RUNS = { numRuns: 500 };

const nodeArbitrary = fc.record({
  type: fc.constantFrom('scripted', 'scripted', 'output'),
  disabled: fc.constantFrom(undefined, undefined, undefined, true),
  onError: fc.constantFrom('continue' as const, 'continue' as const, 'fail' as const),
  retry: fc.record({ maxAttempts: fc.integer({ min: 1, max: 3 }), backoffMs: fc.integer({ min: 0, max: 20 }) }),
  config: fc.record({
    failures: fc.constantFrom(0, 0, 0, 1, 2),
    delayMs: fc.integer({ min: 0, max: 20 }),
    ports: fc.constantFrom(['a'], ['b'], ['a', 'b']),
  }),
});

/** Any graph without cycles: edges lead from earlier nodes to later ones. */
const workflowArbitrary = fc
  .array(nodeArbitrary, { minLength: 1, maxLength: 9 })
  .chain((nodes) =>
    fc.record({
      nodes: fc.constant(nodes),
      edges: fc.array(fc.tuple(fc.nat(nodes.length - 1), fc.nat(nodes.length - 1), fc.constantFrom('a', 'b')), {
        maxLength: 16,
      }),
      maxParallel: fc.integer({ min: 1, max: 4 }),
    }),
  )
  .map(({ nodes, edges, maxParallel }) =>
    scripted({
      nodes: Object.fromEntries(nodes.map((node, index) => [`n${index}`, node])),
      edges: edges
        .filter(([from, to]) => from !== to)
        .map(([from, to, port]) => `n${Math.min(from, to)}.${port}>n${Math.max(from, to)}`),
      settings: { maxParallel },
    }),
  );

type End = 'completed' | 'failed' | 'skipped';

/** The rules once more, as plainly as they can be said: nodes are in topological order. */
const expectedEnds = ({ nodes, edges }: WorkflowDefinition): Map<string, End> => {
  const ends = new Map<string, End>();
  for (const node of nodes) {
    const incoming = edges.filter((edge) => edge.target === node.id);
    const isActive = incoming.some((edge) => {
      const source = nodes.find((one) => one.id === edge.source);
      const ports = source?.disabled ? ['a', 'b'] : (source?.config.ports as string[]);
      const end = ends.get(edge.source);
      return end === 'failed' || (end === 'completed' && ports.includes(edge.sourcePort));
    });
    const fails = !node.disabled && Number(node.config.failures) >= (node.retry?.maxAttempts ?? 1);
    ends.set(node.id, incoming.length > 0 && !isActive ? 'skipped' : fails ? 'failed' : 'completed');
  }
  return ends;
};

const ENDS: Partial<Record<EngineEvent['type'], string>> = {
  step_completed: 'completed',
  step_failed: 'failed',
  step_skipped: 'skipped',
  step_cancelled: 'cancelled',
};

/** What holds for every execution, however it ended. */
const checkOrder = (definition: WorkflowDefinition, events: EngineEvent[]) => {
  const ended = new Map<string, string>();
  const running = new Set<string>();
  for (const event of events) {
    if (!('nodeId' in event)) continue;
    const end = ENDS[event.type];
    if (event.type === 'step_started') {
      expect(ended.has(event.nodeId) || running.has(event.nodeId)).toBe(false);
      for (const edge of definition.edges) if (edge.target === event.nodeId) expect(ended.has(edge.source)).toBe(true);
      running.add(event.nodeId);
      expect(running.size).toBeLessThanOrEqual(definition.settings.maxParallel);
    } else if (end) {
      expect(ended.has(event.nodeId)).toBe(false);
      expect(running.delete(event.nodeId)).toBe(end !== 'skipped');
      ended.set(event.nodeId, end);
    } else {
      expect(running.has(event.nodeId)).toBe(true);
    }
  }
  expect([...ended.keys()].sort()).toEqual(definition.nodes.map((node) => node.id).sort());
  expect(events.filter((event) => event.type.startsWith('execution_')).length).toBe(2);
  expect(events[0]?.type).toBe('execution_started');
  expect(events.at(-1)?.type).toMatch(/^execution_(completed|failed|cancelled)$/);
  return ended;
};

const withoutFailingNodes = (definition: WorkflowDefinition): WorkflowDefinition => ({
  ...definition,
  nodes: definition.nodes.map((node) => ({ ...node, onError: 'continue' as const })),
});

describe('any workflow', { timeout: 120_000 }, () => {
  it('ends every node once, in order, within its limits, as the rules say', async () => {
    await fc.assert(
      fc.asyncProperty(workflowArbitrary, async (definition) => {
        const clock = createVirtualClock();
        const events = await runScripted(definition, { clock });
        const ended = checkOrder(definition, events);
        const expected = expectedEnds(definition);
        const stops = definition.nodes.some((node) => node.onError === 'fail' && expected.get(node.id) === 'failed');
        expect(events.at(-1)?.type).toBe(stops ? 'execution_failed' : 'execution_completed');
        if (!stops) expect(Object.fromEntries(ended)).toEqual(Object.fromEntries(expected));
        expect(clock.sleeping()).toBe(0);
      }),
      RUNS,
    );
  });

  it('gives the same results when it is resumed from any point', async () => {
    await fc.assert(
      fc.asyncProperty(workflowArbitrary.map(withoutFailingNodes), async (definition) => {
        const full = await runScripted(definition);
        const finished = finishedStepsOf(full);
        for (let count = 0; count <= finished.length; count += 1) {
          const resumeFrom = finished.slice(0, count);
          const resumed = await runScripted(definition, { resumeFrom });
          expect(resumed.at(-1)).toEqual({ ...full.at(-1), at: expect.any(Number) });
          const again = finishedStepsOf(resumed);
          expect(new Set([...resumeFrom, ...again].map((step) => JSON.stringify(step)))).toEqual(
            new Set(finished.map((step) => JSON.stringify(step))),
          );
          expect(again).toHaveLength(finished.length - count);
        }
      }),
      RUNS,
    );
  });

  it('leaves nothing running when it is cancelled at any point', async () => {
    await fc.assert(
      fc.asyncProperty(workflowArbitrary, fc.nat(40), async (definition, cancelAt) => {
        const clock = createVirtualClock();
        const cancel = new AbortController();
        let seen = 0;
        const onEvent = () => {
          if (seen++ === cancelAt) cancel.abort();
        };
        const events = await runScripted(definition, { clock, signal: cancel.signal, onEvent });
        checkOrder(definition, events);
        expect(clock.sleeping()).toBe(0);
      }),
      RUNS,
    );
  });
});
