/** Edits that are made of several of the draft's own; each is called inside one transaction of the editor. */
import { ERROR_PORT, type WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import {
  draftNode,
  type Origin,
  readEdges,
  readNode,
  readNodes,
  writeConfig,
} from '@agentweaver/core/draft/draft-document';
import { removeEdges } from '@agentweaver/core/draft/edit-edges';
import { moveNodes, updateNode } from '@agentweaver/core/draft/edit-nodes';
import { type ParentProblem, parentProblem, placeNodes } from '@agentweaver/core/draft/edit-parents';
import { withErrorPort } from '@agentweaver/core/graph/output-ports';
import { absolutePosition, byId, containersOf } from '@agentweaver/core/graph/parents';
import { getNodeDefinition, outputPortsOf } from '@agentweaver/core/nodes/definitions';
import type { Port } from '@agentweaver/core/nodes/node-type';
import type * as Y from 'yjs';
import { type Point, withinFrame } from '../graph/frames.ts';

/** Where a new node is wired in: after a port, before a port, or into the middle of an edge. */
export type Attachment =
  | { kind: 'after'; nodeId: string; port: string }
  | { kind: 'before'; nodeId: string; port: string }
  | { kind: 'edge'; edgeId: string };

/** A node's output ports, the one for its errors included. */
export const portsOfStep = (step: Pick<WorkflowNode, 'type' | 'config' | 'onError'>): Port[] =>
  withErrorPort(step, outputPortsOf(step.type, step.config));

/** A node that was let go on the canvas: its place there, and the frame that it lies in now. */
export type Drop = { id: string; position: Point; parent: string | undefined };

export type DropResult = {
  /** Edges that would have led across a container's border. */
  removedEdges: number;
  /** Why a node did not go where it was dropped. */
  refused: ParentProblem | undefined;
};

/** Moves nodes to where they were let go, into frames and out of them. Positions are on the canvas. */
export const dropNodes = (doc: Y.Doc, drops: readonly Drop[], origin: Origin): DropResult => {
  const edgesBefore = readEdges(doc).length;
  let refused: ParentProblem | undefined;
  const parents = new Map<string, string | undefined>();
  for (const { id, parent } of drops) {
    if (readNode(doc, id)?.parent === parent) continue;
    const problem = parentProblem(doc, id, parent);
    refused ??= problem;
    if (!problem) parents.set(id, parent);
  }
  placeNodes(doc, parents, origin);
  const nodes = byId(readNodes(doc));
  const moves = drops.flatMap(({ id, position, parent }) => {
    const own = nodes.get(id);
    // One that was refused goes back to where it was.
    if (!own || (own.parent !== parent && parentProblem(doc, id, parent))) return [];
    if (own.parent === undefined) return [{ id, position }];
    const frame = absolutePosition(nodes, own.parent);
    return [{ id, position: withinFrame({ x: position.x - frame.x, y: position.y - frame.y }) }];
  });
  moveNodes(doc, moves, origin);
  return { removedEdges: edgesBefore - readEdges(doc).length, refused };
};

/** The frame that a node goes into when it is wired in there. */
export const parentFor = (doc: Y.Doc, attach: Attachment): string | undefined => {
  if (attach.kind !== 'edge') return readNode(doc, attach.nodeId)?.parent;
  const edge = readEdges(doc).find(({ id }) => id === attach.edgeId);
  if (!edge) return undefined;
  const nodes = byId(readNodes(doc));
  const parent = nodes.get(edge.source)?.parent;
  // The two ends may be in different groups of one scope.
  return parent === nodes.get(edge.target)?.parent ? parent : containersOf(nodes, edge.source, getNodeDefinition)[0];
};

/** Changes what a failure means; edges from a port that is gone go as well. */
export const setOnError = (
  doc: Y.Doc,
  { nodeId, policy, origin }: { nodeId: string; policy: 'fail' | 'continue' | 'branch'; origin: Origin },
): void => {
  if (policy !== 'branch') {
    const loose = readEdges(doc).filter((edge) => edge.source === nodeId && edge.sourcePort === ERROR_PORT);
    removeEdges(
      doc,
      loose.map((edge) => edge.id),
      origin,
    );
  }
  const value = policy === 'continue' ? {} : { onErrorValue: undefined };
  updateNode(doc, nodeId, { onError: policy === 'fail' ? undefined : policy, ...value }, origin);
};

/** What both types have in common keeps its value; the rest starts from the new type's defaults. */
const sharedConfig = (config: Readonly<Record<string, unknown>>, type: string): Record<string, unknown> => {
  const definition = getNodeDefinition(type);
  if (!definition) return { ...config };
  let shared: Record<string, unknown> = structuredClone(definition.defaults);
  for (const [key, value] of Object.entries(config)) {
    if (!Object.hasOwn(shared, key)) continue;
    const next = { ...shared, [key]: value };
    if (definition.config.safeParse(next).success) shared = next;
  }
  return shared;
};

/** Makes another type of a node. Its name, place, fields and edges stay as far as the new type has room for them. */
export const replaceType = (
  doc: Y.Doc,
  { nodeId, type, origin }: { nodeId: string; type: string; origin: Origin },
): void => {
  const step = readNode(doc, nodeId);
  const node = draftNode(doc, nodeId);
  if (!step || !node || step.type === type) return;
  const config = sharedConfig(step.config, type);
  node.set('type', type);
  node.delete('config');
  writeConfig(node, type, config);
  const outputs = new Set(portsOfStep({ type, config, onError: step.onError }).map((port) => port.id));
  const inputs = new Set(getNodeDefinition(type)?.inputs.map((port) => port.id));
  const loose = readEdges(doc).filter(
    (edge) =>
      (edge.source === nodeId && !outputs.has(edge.sourcePort)) ||
      (edge.target === nodeId && !inputs.has(edge.targetPort)),
  );
  removeEdges(
    doc,
    loose.map((edge) => edge.id),
    origin,
  );
};
