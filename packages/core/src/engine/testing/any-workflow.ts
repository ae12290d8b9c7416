import fc from 'fast-check';
import { type WorkflowDefinition, workflowDefinitionSchema } from '../../definition/workflow-definition.ts';
import { findFeedbackRegions } from '../../graph/feedback-regions.ts';
import { buildScopes } from '../../graph/scopes.ts';
import { scriptedNodes } from './scripted-node.ts';

const PORTS = ['a', 'b'];
const CONTAINERS = ['each', 'again'];

type Options = {
  /**
   * Nothing in it depends on which step is faster: no merge that starts early, and no failure that stops other steps.
   * Two runs of such a workflow do the same, wherever one of them is interrupted.
   */
  isSteady: boolean;
  /** Some steps ask a person. */
  asks?: boolean;
};

type Kind = 'plain' | 'output' | 'each' | 'again' | 'check' | 'merge';

const rarely = <Value>(value: Value) => fc.constantFrom(undefined, undefined, undefined, undefined, undefined, value);

const nodeArbitrary = ({ isSteady, asks = false }: Options) => {
  const plain: Kind[] = ['plain', 'plain', 'plain', 'plain', 'output'];
  return fc.record({
    kind: fc.constantFrom<Kind[]>(...plain, 'each', 'again', 'check', 'check', 'merge', 'merge'),
    disabled: rarely(true),
    onError: isSteady
      ? fc.constantFrom('continue' as const, 'branch' as const)
      : fc.constantFrom('continue' as const, 'branch' as const, 'fail' as const),
    retry: fc.record({ maxAttempts: fc.integer({ min: 1, max: 3 }), backoffMs: fc.integer({ min: 0, max: 20 }) }),
    failures: fc.constantFrom(0, 0, 0, 1, 2),
    delayMs: isSteady ? fc.integer({ min: 0, max: 20 }) : fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constant(70)),
    /** Too short for some containers, and for some steps. */
    timeoutMs: isSteady ? fc.constant(undefined) : fc.oneof(rarely(100), rarely(160)),
    ports: fc.constantFrom(['a'], ['b'], PORTS),
    asks: asks ? rarely(true) : fc.constant(undefined),
    rounds: fc.integer({ min: 0, max: 3 }),
    parallel: fc.integer({ min: 1, max: 3 }),
    skipsItems: fc.boolean(),
    count: isSteady ? fc.constant(undefined) : fc.constantFrom(undefined, 1, 1, 2),
    cancels: fc.constantFrom(true, true, false),
    /** Which of the nodes before it it judges, and which container before it it lies in. */
    judged: fc.nat(),
    parent: fc.oneof(fc.constant(undefined), fc.nat()),
  });
};
type AnyNode = ReturnType<typeof nodeArbitrary> extends fc.Arbitrary<infer Node> ? Node : never;

const configOf = (node: AnyNode, judged: string | undefined): Record<string, unknown> => {
  switch (node.kind) {
    case 'each':
      return { items: node.rounds, parallel: node.parallel, onError: node.skipsItems ? 'null' : 'fail' };
    case 'again':
      return { rounds: node.rounds };
    case 'check':
      return { judged, passes: node.rounds, delayMs: node.delayMs };
    case 'merge':
      return { count: node.count, cancels: node.cancels };
    default: {
      const { failures, delayMs, ports, asks } = node;
      return { failures, delayMs, ports, ...(asks ? { asks } : {}) };
    }
  }
};

type AnyEdge = [from: number, to: number, port: string];

const assemble = (nodes: AnyNode[], edges: AnyEdge[], maxParallel: number): WorkflowDefinition => {
  const idOf = (index: number) => `n${index}`;
  const parents = nodes.map(({ parent }, index) => {
    const before = nodes.flatMap(({ kind }, other) => (other < index && CONTAINERS.includes(kind) ? [other] : []));
    return parent === undefined || before.length === 0 ? undefined : before[parent % before.length];
  });
  const portsOf = (index: number): string[] => {
    const kind = nodes[index]?.kind ?? 'plain';
    if (kind === 'plain' || kind === 'output') return PORTS;
    return kind === 'check' ? ['pass', 'fail'] : ['out'];
  };
  const definition = workflowDefinitionSchema.parse({
    nodes: nodes.map((node, index) => {
      const siblings = nodes.flatMap((_, other) => (other < index && parents[other] === parents[index] ? [other] : []));
      const judged = siblings.length === 0 ? undefined : idOf(siblings[node.judged % siblings.length] ?? 0);
      const parent = parents[index];
      return {
        id: idOf(index),
        type: node.kind === 'plain' ? 'scripted' : node.kind,
        name: idOf(index),
        config: configOf(node, judged),
        disabled: node.disabled,
        onError: node.onError,
        retry: node.retry,
        timeoutMs: node.timeoutMs,
        ...(parent === undefined ? {} : { parent: idOf(parent) }),
      };
    }),
    edges: edges
      .filter(([from, to]) => from !== to)
      .map(([a, b, port], index) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const ports = [...portsOf(from), ...(nodes[from]?.onError === 'branch' ? ['error'] : [])];
        const sourcePort = port === 'error' && ports.includes('error') ? port : ports[port === 'b' ? 1 : 0];
        return { id: `e${index}`, source: idOf(from), sourcePort: sourcePort ?? ports[0] ?? 'out', target: idOf(to) };
      }),
    settings: { maxParallel },
  });
  return withoutBrokenFeedback(definition);
};

/** What validation refuses becomes a step that only passes on. */
const withoutBrokenFeedback = (definition: WorkflowDefinition): WorkflowDefinition => {
  const nodeDefinition = (type: string) => scriptedNodes(type)?.definition;
  const broken = new Set(
    [...buildScopes(definition, nodeDefinition).graphs.values()].flatMap((graph) =>
      findFeedbackRegions(graph, nodeDefinition).problems.map(({ evaluation }) => evaluation),
    ),
  );
  return {
    ...definition,
    nodes: definition.nodes.map((node) => (broken.has(node.id) ? { ...node, type: 'merge', config: {} } : node)),
  };
};

/** Any workflow of scripted nodes: containers in containers, feedback in feedback, merges, failures. */
export const anyWorkflow = (options: Options): fc.Arbitrary<WorkflowDefinition> =>
  fc
    .array(nodeArbitrary(options), { minLength: 2, maxLength: 11, size: 'max' })
    .chain((nodes) =>
      fc.record({
        nodes: fc.constant(nodes),
        edges: fc.array(
          fc.tuple(fc.nat(nodes.length - 1), fc.nat(nodes.length - 1), fc.constantFrom('a', 'a', 'b', 'error')),
          { minLength: nodes.length - 1, maxLength: 26, size: 'max' },
        ),
        maxParallel: fc.integer({ min: 1, max: 4 }),
      }),
    )
    .map(({ nodes, edges, maxParallel }) => assemble(nodes, edges, maxParallel));
