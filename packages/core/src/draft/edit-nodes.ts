/**
 * Edits of a draft's nodes, one transaction each. To make several into one undo step, call them
 * inside `doc.transact(() => { … }, origin)`: nested transactions join the outer one.
 */
import * as Y from 'yjs';
import {
  nodeIdSchema,
  type WorkflowDefinition,
  type WorkflowNode,
  type WorkflowSettings,
} from '../definition/workflow-definition.ts';
import { getNodeDefinition } from '../nodes/definitions.ts';
import { formSchemaFor } from '../nodes/form-schema.ts';
import {
  type DraftMap,
  draftEdges,
  draftNode,
  draftNodes,
  draftSettings,
  nextOrder,
  type Origin,
  readEdges,
  readNode,
  writeConfig,
  writeEdge,
  writeNode,
} from './draft-document.ts';
import { rewriteConfigReferences } from './references.ts';
import { fromShared, itemSchema, mergeValue, propertySchema, toShared } from './shared-values.ts';

/** No vowels and no look-alikes, so that an id spells no word and can be read aloud. */
const SUFFIX_ALPHABET = 'bcdfghjkmnpqrstvwxz23456789';
const SUFFIX_LENGTH = 3;

/**
 * A free id such as `agent_k3f`. The suffix is random because two people who add a node at the same
 * time, or offline, would both take `agent_2`, and one node would replace the other on merge.
 */
export const newNodeId = (doc: Y.Doc, stem: string, alsoTaken: ReadonlySet<string> = new Set()): string => {
  const base =
    stem
      .replace(/[^A-Za-z0-9_]+/g, '_')
      .replace(/^(?=\d)/, '_')
      .slice(0, 64 - SUFFIX_LENGTH - 1) || 'node';
  const nodes = draftNodes(doc);
  for (;;) {
    const random = crypto.getRandomValues(new Uint32Array(SUFFIX_LENGTH));
    const suffix = [...random].map((value) => SUFFIX_ALPHABET[value % SUFFIX_ALPHABET.length]).join('');
    const id = `${base}_${suffix}`;
    if (!nodes.has(id) && !alsoTaken.has(id)) return id;
  }
};

/** `Agent`, then `Agent 2`, … */
const freeName = (doc: Y.Doc, title: string): string => {
  const names = new Set([...draftNodes(doc).values()].map((node) => (node instanceof Y.Map ? node.get('name') : null)));
  if (!names.has(title)) return title;
  for (let n = 2; ; n++) if (!names.has(`${title} ${n}`)) return `${title} ${n}`;
};

export type NewNode = {
  type: string;
  position: { x: number; y: number };
  /** Default: a random one made from the type. */
  id?: string;
  /** Default: the type's title, numbered. */
  name?: string;
  /** Default: the type's defaults. */
  config?: Record<string, unknown>;
};

/** Returns the id of the new node. */
export const addNode = (doc: Y.Doc, node: NewNode, origin: Origin): string => {
  const definition = getNodeDefinition(node.type);
  const id = node.id && !draftNodes(doc).has(node.id) ? node.id : newNodeId(doc, node.id ?? node.type);
  doc.transact(() => {
    const added: WorkflowNode = {
      id,
      type: node.type,
      name: node.name ?? freeName(doc, definition?.title ?? node.type),
      position: node.position,
      config: node.config ?? structuredClone(definition?.defaults ?? {}),
    };
    writeNode(doc, added, nextOrder(draftNodes(doc)));
  }, origin);
  return id;
};

/** Removes the nodes and every edge at them. */
export const removeNodes = (doc: Y.Doc, nodeIds: Iterable<string>, origin: Origin): void => {
  const removed = new Set(nodeIds);
  doc.transact(() => {
    const edges = draftEdges(doc);
    for (const edge of readEdges(doc)) {
      if (removed.has(edge.source) || removed.has(edge.target)) edges.delete(edge.id);
    }
    for (const id of removed) draftNodes(doc).delete(id);
  }, origin);
};

export const moveNodes = (
  doc: Y.Doc,
  moves: Iterable<{ id: string; position: { x: number; y: number } }>,
  origin: Origin,
): void => {
  doc.transact(() => {
    for (const { id, position } of moves) draftNode(doc, id)?.set('position', { x: position.x, y: position.y });
  }, origin);
};

export type NodePatch = Partial<Pick<WorkflowNode, 'name' | 'disabled' | 'retry' | 'timeoutMs' | 'onError'>>;

/** Sets what stands beside the config; a member that is `undefined` is removed. */
export const updateNode = (doc: Y.Doc, nodeId: string, patch: NodePatch, origin: Origin): void => {
  doc.transact(() => {
    const node = draftNode(doc, nodeId);
    if (!node) return;
    for (const [key, value] of Object.entries(patch)) {
      if (value === undefined) node.delete(key);
      else node.set(key, value);
    }
  }, origin);
};

/** Makes the whole config equal to `config`, touching only the fields that differ: what a form's change handler calls. */
export const setConfig = (doc: Y.Doc, nodeId: string, config: Record<string, unknown>, origin: Origin): void => {
  doc.transact(() => {
    const node = draftNode(doc, nodeId);
    if (node) writeConfig(node, String(node.get('type')), config);
  }, origin);
};

/** Sets one field of the config, e.g. `['cases', 0, 'equals']`; `undefined` removes it. A path that leads nowhere changes nothing. */
export const setField = (
  doc: Y.Doc,
  nodeId: string,
  path: readonly (string | number)[],
  value: unknown,
  origin: Origin,
): void => {
  doc.transact(() => {
    const node = draftNode(doc, nodeId);
    if (!node) return;
    let schema = formSchemaFor(String(node.get('type')));
    let parent: unknown = node.get('config');
    for (const step of path.slice(0, -1)) {
      schema = typeof step === 'number' ? itemSchema(schema) : propertySchema(schema, step);
      parent = childOf(parent, step);
    }
    const last = path.at(-1);
    if (parent instanceof Y.Map && typeof last === 'string') {
      const field = propertySchema(schema, last);
      if (value === undefined) parent.delete(last);
      else mergeValue(parent.get(last), value, field, () => parent.set(last, toShared(value, field)));
    } else if (parent instanceof Y.Array && typeof last === 'number' && last >= 0 && last < parent.length) {
      const item = itemSchema(schema);
      if (value === undefined) parent.delete(last);
      else {
        mergeValue(parent.get(last), value, item, () => {
          parent.delete(last);
          parent.insert(last, [toShared(value, item)]);
        });
      }
    }
  }, origin);
};

const childOf = (parent: unknown, step: string | number): unknown => {
  if (parent instanceof Y.Map && typeof step === 'string') return parent.get(step);
  if (parent instanceof Y.Array && typeof step === 'number') return parent.get(step);
  return undefined;
};

/** The shared text behind a config field, for an editor that binds to it; `undefined` when the field is none. */
export const textField = (doc: Y.Doc, nodeId: string, path: readonly (string | number)[]): Y.Text | undefined => {
  const found = path.reduce<unknown>(childOf, draftNode(doc, nodeId)?.get('config'));
  return found instanceof Y.Text ? found : undefined;
};

/**
 * Gives a node another id and rewrites every edge and reference to it. Answers `false`, and changes
 * nothing, when the new id is not a valid one or is taken.
 */
export const renameNodeId = (doc: Y.Doc, from: string, to: string, origin: Origin): boolean => {
  const nodes = draftNodes(doc);
  const node = draftNode(doc, from);
  if (!node || from === to || nodes.has(to) || !nodeIdSchema.safeParse(to).success) return false;
  doc.transact(() => {
    const edges = readEdges(doc).filter((edge) => edge.source === from || edge.target === from);
    const orders = new Map(edges.map((edge, i) => [edge.id, orderOf(draftEdges(doc).get(edge.id)) ?? i]));
    nodes.set(to, node.clone());
    nodes.delete(from);
    for (const edge of edges) {
      const source = edge.source === from ? to : edge.source;
      const target = edge.target === from ? to : edge.target;
      writeEdge(doc, { ...edge, source, target }, orders.get(edge.id) ?? 0);
    }
    for (const other of nodes.values()) if (other instanceof Y.Map) rewriteReferencesIn(other, from, to);
  }, origin);
  return true;
};

const orderOf = (edge: unknown): number | undefined => {
  const json = fromShared(edge);
  return typeof json === 'object' && json !== null && 'order' in json && typeof json.order === 'number'
    ? json.order
    : undefined;
};

const rewriteReferencesIn = (node: DraftMap, from: string, to: string): void => {
  const type = String(node.get('type'));
  const config = fromShared(node.get('config'));
  if (typeof config === 'object' && config !== null) {
    writeConfig(node, type, rewriteConfigReferences(type, { ...config }, new Map([[from, to]])));
  }
};

/** A member that is `undefined` is removed. */
export const setSettings = (doc: Y.Doc, patch: Partial<WorkflowSettings>, origin: Origin): void => {
  doc.transact(() => {
    const settings = draftSettings(doc);
    for (const [key, value] of Object.entries(patch)) {
      if (value === undefined) settings.delete(key);
      else settings.set(key, value);
    }
  }, origin);
};

/** Part of a workflow as JSON: what copy puts on the clipboard. */
export type Fragment = Pick<WorkflowDefinition, 'nodes' | 'edges'>;

/** The nodes and the edges between them. */
export const copyFragment = (doc: Y.Doc, nodeIds: Iterable<string>): Fragment => {
  const ids = new Set(nodeIds);
  const nodes = [...ids].flatMap((id) => readNode(doc, id) ?? []);
  return { nodes, edges: readEdges(doc).filter((edge) => ids.has(edge.source) && ids.has(edge.target)) };
};

/**
 * Adds a copied fragment with fresh ids, moved by `offset`, its references among each other rewritten.
 * Returns the new id of each node by its old one.
 */
export const insertFragment = (
  doc: Y.Doc,
  fragment: Fragment,
  offset: { x: number; y: number },
  origin: Origin,
): Map<string, string> => {
  const ids = new Map<string, string>();
  doc.transact(() => {
    for (const node of fragment.nodes) {
      const taken = new Set([...ids.values(), ...fragment.nodes.map((other) => other.id)]);
      ids.set(node.id, newNodeId(doc, node.type, taken));
    }
    for (const node of fragment.nodes) {
      const position = { x: node.position.x + offset.x, y: node.position.y + offset.y };
      const config = rewriteConfigReferences(node.type, node.config, ids);
      const copy = { ...node, id: ids.get(node.id) ?? node.id, name: freeName(doc, node.name), position, config };
      writeNode(doc, copy, nextOrder(draftNodes(doc)));
    }
    for (const edge of fragment.edges) {
      const source = ids.get(edge.source);
      const target = ids.get(edge.target);
      if (!source || !target) continue;
      writeEdge(
        doc,
        { ...edge, id: `${edge.id.slice(0, 60)}_${source}_${target}`.slice(0, 140), source, target },
        nextOrder(draftEdges(doc)),
      );
    }
  }, origin);
  return ids;
};
