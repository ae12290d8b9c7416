import { describeIssues } from '../definition/describe-issue.ts';
import { ERROR_PORT, type WorkflowDefinition, type WorkflowNode } from '../definition/workflow-definition.ts';
import { findFeedbackRegions } from '../graph/feedback-regions.ts';
import type { FindNodeDefinition } from '../graph/find-node-definition.ts';
import { ancestorsOf, type Graph, outgoingEdges } from '../graph/graph.ts';
import { buildScopes, TOP_SCOPE } from '../graph/scopes.ts';
import { ExecutionError } from './execution-errors.ts';
import type { FindNodeRuntime, NodeRuntime } from './node-runtime.ts';
import { planSchedule, type SchedulePlan } from './schedule-plan.ts';

/** A definition made ready to run: worked out once, however many rounds its containers run. */
export type WorkflowPlan = {
  readonly definition: WorkflowDefinition;
  readonly top: ScopePlan;
  /** By the id of the container. */
  readonly bodies: ReadonlyMap<string, ScopePlan>;
};

export type ScopePlan = {
  readonly schedule: SchedulePlan;
  readonly nodes: ReadonlyMap<string, NodePlan>;
  /** Nodes that no edge leaves from. */
  readonly lastNodes: readonly string[];
};

export type NodePlan = {
  readonly node: WorkflowNode;
  readonly runtime: NodeRuntime | undefined;
  /** The node's config as its type's schema gives it; throws `invalid_workflow`. */
  readonly config: () => unknown;
  /** In the definition's order. */
  readonly ancestors: () => readonly string[];
  /** Ports that edges leave from, `error` aside: all of them are taken when the node is passed through. */
  readonly ports: readonly string[];
  /** A merge may have no more use for it. */
  readonly mayLose: boolean;
  /** It is an evaluation that can send what it judges round again. */
  readonly mayGoBack: boolean;
};

/** Throws `invalid_workflow` for feedback that could never end. */
export const planWorkflow = (definition: WorkflowDefinition, nodeRuntime: FindNodeRuntime): WorkflowPlan => {
  const nodeDefinition: FindNodeDefinition = (type) => nodeRuntime(type)?.definition;
  const bodies = new Map<string, ScopePlan>();
  for (const [scope, graph] of buildScopes(definition, nodeDefinition).graphs) {
    checkFeedback(graph, nodeDefinition);
    bodies.set(scope, planScope(graph, nodeRuntime, nodeDefinition));
  }
  const top = bodies.get(TOP_SCOPE) ?? planScope(EMPTY_GRAPH, nodeRuntime, nodeDefinition);
  bodies.delete(TOP_SCOPE);
  return { definition, top, bodies };
};

const EMPTY_GRAPH: Graph = { nodes: new Map(), incoming: new Map(), outgoing: new Map() };

const planScope = (graph: Graph, nodeRuntime: FindNodeRuntime, nodeDefinition: FindNodeDefinition): ScopePlan => {
  const schedule = planSchedule(graph, nodeDefinition);
  const mayLose = new Set([...schedule.losers.values()].flat());
  const nodes = new Map<string, NodePlan>();
  for (const [id, node] of graph.nodes) {
    const runtime = nodeRuntime(node.type);
    nodes.set(id, {
      node,
      runtime,
      config: once(() => readConfig(node, runtime)),
      ancestors: once(() => inOrder(graph, ancestorsOf(graph, id))),
      ports: connectedPorts(graph, id),
      mayLose: mayLose.has(id),
      mayGoBack: schedule.regionOfEvaluation.has(id),
    });
  }
  return { schedule, nodes, lastNodes: [...nodes.keys()].filter((id) => outgoingEdges(graph, id).length === 0) };
};

const connectedPorts = (graph: Graph, nodeId: string): string[] => {
  const ports = new Set(outgoingEdges(graph, nodeId).map((edge) => edge.sourcePort));
  ports.delete(ERROR_PORT);
  return [...ports];
};

const inOrder = (graph: Graph, ids: ReadonlySet<string>): string[] =>
  [...graph.nodes.keys()].filter((id) => ids.has(id));

/** What is worked out when somebody first asks; a failure is worked out, and thrown, each time. */
const once = <Value>(make: () => Value): (() => Value) => {
  let made: { value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

const checkFeedback = (graph: Graph, nodeDefinition: FindNodeDefinition): void => {
  const overlapping = findFeedbackRegions(graph, nodeDefinition).problems.find(({ kind }) => kind === 'overlapping');
  if (!overlapping) return;
  throw invalidWorkflow(
    `What “${overlapping.evaluation}” sends back overlaps with what another evaluation sends back.`,
  );
};

const readConfig = (node: WorkflowNode, runtime: NodeRuntime | undefined): unknown => {
  if (!runtime) throw invalidWorkflow(`“${node.name}” has the type “${node.type}”, which does not exist here.`);
  const parsed = runtime.definition.config.safeParse(node.config, { reportInput: true });
  if (parsed.success) return parsed.data;
  const issues = describeIssues(parsed.error.issues).map(({ path, description }) => `${path.join('.')} ${description}`);
  throw invalidWorkflow(`“${node.name}”: ${issues.join('; ')}.`);
};

export const invalidWorkflow = (message: string): ExecutionError =>
  new ExecutionError({
    code: 'invalid_workflow',
    message,
    hint: 'Open the workflow in the builder and correct this node.',
  });
