import type { WorkflowEdge, WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { draftEdges, draftNodes, readEdges, readNode, readNodes } from '@agentweaver/core/draft/draft-document';
import type * as Y from 'yjs';

/** The draft as plain data. A node that did not change is the same object as before. */
export type DraftView = { nodes: readonly WorkflowNode[]; edges: readonly WorkflowEdge[] };

const sameEdge = (a: WorkflowEdge, b: WorkflowEdge): boolean =>
  a.source === b.source && a.target === b.target && a.sourcePort === b.sourcePort && a.targetPort === b.targetPort;

const readDraft = (doc: Y.Doc): DraftView => ({ nodes: readNodes(doc), edges: readEdges(doc) });

const updateNodes = (doc: Y.Doc, before: DraftView, changed: ReadonlySet<string>): readonly WorkflowNode[] => {
  if (changed.size === 0) return before.nodes;
  const known = new Set(before.nodes.map((node) => node.id));
  const isSameSet = [...changed].every((id) => known.has(id) && draftNodes(doc).has(id));
  // Adding, removing and reordering are rare; editing and moving one node must not touch the others.
  if (!isSameSet) {
    const old = new Map(before.nodes.map((node) => [node.id, node]));
    return readNodes(doc).map((node) => (changed.has(node.id) ? node : (old.get(node.id) ?? node)));
  }
  return before.nodes.flatMap((node) => {
    if (!changed.has(node.id)) return [node];
    const next = readNode(doc, node.id);
    return next ? [next] : [];
  });
};

const updateEdges = (doc: Y.Doc, before: DraftView): readonly WorkflowEdge[] => {
  const old = new Map(before.edges.map((edge) => [edge.id, edge]));
  return readEdges(doc).map((edge) => {
    const known = old.get(edge.id);
    return known && sameEdge(known, edge) ? known : edge;
  });
};

/** Calls `onView` with the draft now and after each transaction that changed it. Returns the way to stop. */
export const observeDraft = (doc: Y.Doc, onView: (view: DraftView) => void): (() => void) => {
  let view = readDraft(doc);
  onView(view);
  const nodes = draftNodes(doc);
  const edges = draftEdges(doc);
  const changedNodes = new Set<string>();
  let edgesChanged = false;

  const onNodes = (events: Y.YEvent<Y.AbstractType<unknown>>[]) => {
    for (const event of events) {
      const [id] = event.path;
      if (typeof id === 'string') changedNodes.add(id);
      else for (const key of event.changes.keys.keys()) changedNodes.add(key);
    }
  };
  const onEdges = () => {
    edgesChanged = true;
  };
  const onTransactionEnd = () => {
    if (changedNodes.size === 0 && !edgesChanged) return;
    const nextNodes = updateNodes(doc, view, changedNodes);
    // An edge is hidden while one of its ends is missing, so a change of nodes may change edges.
    const nextEdges = edgesChanged || nextNodes.length !== view.nodes.length ? updateEdges(doc, view) : view.edges;
    changedNodes.clear();
    edgesChanged = false;
    view = { nodes: nextNodes, edges: nextEdges };
    onView(view);
  };
  nodes.observeDeep(onNodes);
  edges.observeDeep(onEdges);
  doc.on('afterTransaction', onTransactionEnd);
  return () => {
    nodes.unobserveDeep(onNodes);
    edges.unobserveDeep(onEdges);
    doc.off('afterTransaction', onTransactionEnd);
  };
};
