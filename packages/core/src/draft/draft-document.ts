/**
 * A workflow's draft as a Yjs document, and its projection to the plain definition.
 *
 * - `nodes`: id → Y.Map of `type`, `name`, `position` ({x, y}, one value), `order`, `config` (Y.Map; free text as Y.Text),
 *   `parent`, `size`, `disabled`, `retry`, `timeoutMs`, `onError`, `onErrorValue`, `budget`
 * - `edges`: id → `{ source, sourcePort, target, targetPort, order }`, one value
 * - `settings`: name → value
 *
 * `order` keeps the definition's lists in order: the entries of a Y.Map have none that all peers agree on.
 */
import * as Y from 'yjs';
import { upgradeSettings } from '../definition/upgrade-settings.ts';
import {
  DEFINITION_VERSION,
  type WorkflowDefinition,
  type WorkflowEdge,
  type WorkflowNode,
  type WorkflowSettings,
  workflowSettingsSchema,
} from '../definition/workflow-definition.ts';
import { formSchemaFor } from '../nodes/form-schema.ts';
import { budgetFromJson, edgeFromJson, finite, nodeFromJson } from './from-json.ts';
import { fromShared, isRecord, mergeMap, mergeValue, sameJson } from './shared-values.ts';

/** Says who made a change: an undo manager tracks its own origins, a server skips its own. Any value. */
export type Origin = unknown;

export type DraftMap = Y.Map<unknown>;

/** A peer may have used the name for another type; such a document reads as empty and cannot be edited. */
const root = (doc: Y.Doc, name: string): DraftMap => {
  const existing = doc.share.get(name);
  const isUsable = !existing || existing instanceof Y.Map || existing.constructor === Y.AbstractType;
  return isUsable ? doc.getMap(name) : new Y.Doc().getMap(name);
};

export const draftNodes = (doc: Y.Doc): DraftMap => root(doc, 'nodes');
export const draftEdges = (doc: Y.Doc): DraftMap => root(doc, 'edges');
export const draftSettings = (doc: Y.Doc): DraftMap => root(doc, 'settings');

/** What an undo manager follows. */
export const draftScopes = (doc: Y.Doc): DraftMap[] => [draftNodes(doc), draftEdges(doc), draftSettings(doc)];

export const draftNode = (doc: Y.Doc, nodeId: string): DraftMap | undefined => {
  const node = draftNodes(doc).get(nodeId);
  return node instanceof Y.Map ? node : undefined;
};

/** A new document that holds the definition. */
export const definitionToDraft = (definition: WorkflowDefinition): Y.Doc => {
  const doc = new Y.Doc();
  applyDefinition(doc, definition, 'definition');
  return doc;
};

/** Makes the draft equal to the definition in one transaction, touching only what differs. */
export const applyDefinition = (doc: Y.Doc, definition: WorkflowDefinition, origin: Origin): void => {
  doc.transact(() => {
    const nodes = draftNodes(doc);
    const keptNodes = new Set(definition.nodes.map((node) => node.id));
    for (const id of [...nodes.keys()]) if (!keptNodes.has(id)) nodes.delete(id);
    definition.nodes.forEach((node, order) => {
      writeNode(doc, node, order);
    });

    const edges = draftEdges(doc);
    const keptEdges = new Set(definition.edges.map((edge) => edge.id));
    for (const id of [...edges.keys()]) if (!keptEdges.has(id)) edges.delete(id);
    definition.edges.forEach((edge, order) => {
      writeEdge(doc, edge, order);
    });

    mergeMap(draftSettings(doc), definition.settings);
  }, origin);
};

/** Creates or updates one node. Call it inside a transaction. */
export const writeNode = (doc: Y.Doc, node: WorkflowNode, order: number): void => {
  const nodes = draftNodes(doc);
  let map = draftNode(doc, node.id);
  if (!map) {
    map = new Y.Map();
    nodes.set(node.id, map);
  }
  const { id: _, config, ...rest } = node;
  const members: Record<string, unknown> = { ...rest, order };
  for (const key of [...map.keys()]) if (key !== 'config' && members[key] === undefined) map.delete(key);
  for (const [key, value] of Object.entries(members)) {
    // Copied by `fromShared`, because Yjs takes plain objects only: no null prototypes.
    if (value === undefined || (map.has(key) && sameJson(fromShared(map.get(key)), value))) continue;
    map.set(key, fromShared(value));
  }
  writeConfig(map, node.type, config);
};

/** Makes the node's config equal to `config`. Call it inside a transaction. */
export const writeConfig = (node: DraftMap, type: string, config: Record<string, unknown>): void => {
  if (!(node.get('config') instanceof Y.Map)) node.set('config', new Y.Map());
  mergeValue(node.get('config'), config, formSchemaFor(type), () => undefined);
};

/** Creates or updates one edge. Call it inside a transaction. */
export const writeEdge = (doc: Y.Doc, edge: WorkflowEdge, order: number): void => {
  const { id, ...ends } = edge;
  const edges = draftEdges(doc);
  const value = { ...ends, order };
  if (!sameJson(fromShared(edges.get(id)), value)) edges.set(id, value);
};

const readOrder = (entry: unknown): number => {
  const order = entry instanceof Y.Map ? entry.get('order') : isRecord(entry) ? entry.order : undefined;
  return finite(order) ?? 0;
};

/** One node of the draft; `undefined` when there is none or it is not one. */
export const readNode = (doc: Y.Doc, nodeId: string): WorkflowNode | undefined =>
  nodeFromJson(nodeId, fromShared(draftNodes(doc).get(nodeId)));

/** Reads the entries of a root map in the definition's order; what is not of its kind is left out. */
const readOrdered = <T extends { id: string }>(
  map: DraftMap,
  read: (id: string, json: unknown) => T | undefined,
): T[] => {
  const found: { order: number; value: T }[] = [];
  for (const [id, shared] of map.entries()) {
    const value = read(id, fromShared(shared));
    if (value) found.push({ order: readOrder(shared), value });
  }
  found.sort((a, b) => a.order - b.order || (a.value.id < b.value.id ? -1 : 1));
  return found.map(({ value }) => value);
};

/**
 * A parent that does not exist is left out, not deleted: one person may have removed a container while another put a
 * node into it, and it is in it again when the removal is undone.
 */
export const readNodes = (doc: Y.Doc): WorkflowNode[] => {
  const nodes = readOrdered(draftNodes(doc), nodeFromJson);
  const ids = new Set(nodes.map((node) => node.id));
  for (const node of nodes) if (node.parent !== undefined && !ids.has(node.parent)) delete node.parent;
  return nodes;
};

/**
 * The edges whose two ends exist. Others are left out, not deleted: one person may have removed a
 * node while another connected it, and the edge comes back when the removal is undone.
 */
export const readEdges = (doc: Y.Doc, nodes: WorkflowNode[] = readNodes(doc)): WorkflowEdge[] => {
  const ids = new Set(nodes.map((node) => node.id));
  return readOrdered(draftEdges(doc), edgeFromJson).filter((edge) => ids.has(edge.source) && ids.has(edge.target));
};

/** Settings of the wrong type fall back to their defaults; values out of range stay, for the validator to report. */
export const readSettings = (doc: Y.Doc): WorkflowSettings => {
  const settings: WorkflowSettings = workflowSettingsSchema.parse({});
  const json = upgradeSettings(Object.fromEntries([...draftSettings(doc)].map(([k, v]) => [k, fromShared(v)])));
  for (const name of ['timeoutMs', 'maxParallel', 'memoryMb'] as const) {
    const value = finite(json[name]);
    if (value !== undefined) settings[name] = value;
  }
  const budget = budgetFromJson(json.budget);
  if (budget) settings.budget = budget;
  return settings;
};

/** The order for a node or edge that is added last. */
export const nextOrder = (map: DraftMap): number => {
  let highest = -1;
  for (const value of map.values()) highest = Math.max(highest, readOrder(value));
  return highest + 1;
};

/**
 * The draft as a definition: what is validated, run and published. Never throws, whatever the
 * document holds: entries that are no nodes or edges are left out. Values of the right type stay
 * as they are even when they are invalid, so that the validator can name them.
 */
export const draftToDefinition = (doc: Y.Doc): WorkflowDefinition => {
  const nodes = readNodes(doc);
  return { version: DEFINITION_VERSION, nodes, edges: readEdges(doc, nodes), settings: readSettings(doc) };
};
