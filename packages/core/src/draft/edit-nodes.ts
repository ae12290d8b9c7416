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
import { absolutePosition, byId, membersWithin, outermost } from '../graph/parents.ts';
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
  readNodes,
  writeConfig,
  writeEdge,
  writeNode,
} from './draft-document.ts';
import { moveIntoParent, placeNodes } from './edit-parents.ts';
import { createMemberRenames } from './member-renames.ts';
import { freeName, newNodeId } from './new-names.ts';
import { type MemberRenames, type ReferenceRenames, rewriteConfigReferences } from './references.ts';
import { fromShared, itemSchema, mergeValue, propertySchema, toShared } from './shared-values.ts';

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

/** Removes the nodes with what is inside them and every edge there; to keep that, see `releaseMembers`. */
export const removeNodes = (doc: Y.Doc, nodeIds: Iterable<string>, origin: Origin): void => {
  const named = [...nodeIds];
  const removed = new Set([...named, ...membersWithin(readNodes(doc), named)]);
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

export type NodePatch = Partial<
  Pick<WorkflowNode, 'name' | 'disabled' | 'retry' | 'timeoutMs' | 'onError' | 'onErrorValue' | 'budget' | 'size'>
>;

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
    const renames = new Map([[from, to]]);
    const membersFor = createMemberRenames({ nodes: readNodes(doc), edges: readEdges(doc) }, renames);
    const edges = readEdges(doc).filter((edge) => edge.source === from || edge.target === from);
    const orders = new Map(edges.map((edge, i) => [edge.id, orderOf(draftEdges(doc).get(edge.id)) ?? i]));
    nodes.set(to, node.clone());
    nodes.delete(from);
    for (const edge of edges) {
      const source = edge.source === from ? to : edge.source;
      const target = edge.target === from ? to : edge.target;
      writeEdge(doc, { ...edge, source, target }, orders.get(edge.id) ?? 0);
    }
    for (const [id, other] of nodes.entries()) {
      if (!(other instanceof Y.Map)) continue;
      if (other.get('parent') === from) other.set('parent', to);
      rewriteReferencesIn(other, { steps: renames, members: membersFor(id === to ? from : id) });
    }
  }, origin);
  return true;
};

const orderOf = (edge: unknown): number | undefined => {
  const json = fromShared(edge);
  return typeof json === 'object' && json !== null && 'order' in json && typeof json.order === 'number'
    ? json.order
    : undefined;
};

const rewriteReferencesIn = (node: DraftMap, renames: ReferenceRenames): void => {
  const type = String(node.get('type'));
  const config = fromShared(node.get('config'));
  if (typeof config === 'object' && config !== null) {
    writeConfig(node, type, rewriteConfigReferences(type, { ...config }, renames));
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
    // Where an old draft keeps its dollars; they would come back as the budget that was just taken away.
    if ('budget' in patch) settings.delete('budgetUsd');
  }, origin);
};

/** Part of a workflow as JSON: what copy puts on the clipboard. */
export type Fragment = Pick<WorkflowDefinition, 'nodes' | 'edges'>;

/** The nodes with what is inside them and the edges between all of these. The outermost stand where the canvas shows them. */
export const copyFragment = (doc: Y.Doc, nodeIds: Iterable<string>): Fragment => {
  const all = byId(readNodes(doc));
  const tops = new Set(outermost(all, nodeIds));
  const ids = new Set([...tops, ...membersWithin(all.values(), tops)]);
  const nodes = [...ids].flatMap((id): WorkflowNode[] => {
    const node = all.get(id);
    if (!node || !tops.has(id)) return node ? [node] : [];
    const { parent: _, ...top } = node;
    return [{ ...top, position: absolutePosition(all, id) }];
  });
  return { nodes, edges: readEdges(doc).filter((edge) => ids.has(edge.source) && ids.has(edge.target)) };
};

/**
 * Adds a copied fragment with fresh ids, moved by `offset`, its references among each other rewritten; into a
 * container or group when `parentId` is given, as far as its nodes may go there.
 * Returns the new id of each node by its old one.
 */
export const insertFragment = (
  doc: Y.Doc,
  fragment: Fragment,
  offset: { x: number; y: number },
  origin: Origin,
  parentId?: string,
): Map<string, string> => {
  const ids = new Map<string, string>();
  doc.transact(() => {
    for (const node of fragment.nodes) {
      const taken = new Set([...ids.values(), ...fragment.nodes.map((other) => other.id)]);
      ids.set(node.id, newNodeId(doc, node.type, taken));
    }
    const membersFor = createMemberRenames(fragment, ids);
    for (const node of fragment.nodes)
      writeNode(doc, copyOf(doc, node, { members: membersFor(node.id), ids, offset }), nextOrder(draftNodes(doc)));
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
    if (parentId !== undefined) moveIntoParent(doc, ids.values(), parentId, origin);
  }, origin);
  return ids;
};

type Copying = {
  members: readonly MemberRenames[];
  ids: ReadonlyMap<string, string>;
  offset: { x: number; y: number };
};

const copyOf = (doc: Y.Doc, node: WorkflowNode, { members, ids, offset }: Copying): WorkflowNode => {
  const { parent: oldParent, ...rest } = node;
  const parent = oldParent === undefined ? undefined : ids.get(oldParent);
  const moved = { x: node.position.x + offset.x, y: node.position.y + offset.y };
  return {
    ...rest,
    ...(parent === undefined ? { position: moved } : { parent }),
    id: ids.get(node.id) ?? node.id,
    name: freeName(doc, node.name),
    config: rewriteConfigReferences(node.type, node.config, { steps: ids, members }),
  };
};

/** Copies nodes beside themselves, in the container or group that each is in. Returns the new ids by the old ones. */
export const duplicateNodes = (
  doc: Y.Doc,
  nodeIds: Iterable<string>,
  offset: { x: number; y: number },
  origin: Origin,
): Map<string, string> => {
  const all = byId(readNodes(doc));
  const fragment = copyFragment(doc, nodeIds);
  return doc.transact(() => {
    const ids = insertFragment(doc, fragment, offset, origin);
    const parents = fragment.nodes.flatMap(({ id, parent }): [string, string][] => {
      const original = all.get(id)?.parent;
      const copy = ids.get(id);
      return parent === undefined && original !== undefined && copy !== undefined ? [[copy, original]] : [];
    });
    placeNodes(doc, new Map(parents), origin);
    return ids;
  }, origin);
};
