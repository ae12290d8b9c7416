import { type WorkflowSettings, workflowSettingsSchema } from '@agentweaver/core/definition/workflow-definition';
import { draftScopes, readEdges, readNode, readNodes } from '@agentweaver/core/draft/draft-document';
import { type Connection, connect, removeEdges } from '@agentweaver/core/draft/edit-edges';
import {
  addNode,
  copyFragment,
  type Fragment,
  insertFragment,
  moveNodes,
  type NodePatch,
  removeNodes,
  renameNodeId,
  setField,
  setSettings,
  updateNode,
} from '@agentweaver/core/draft/edit-nodes';
import { getNodeDefinition, outputPortsOf } from '@agentweaver/core/nodes/definitions';
import * as Y from 'yjs';

/** Key strokes closer together than this are one undo step, in ms. */
const BURST_MS = 600;
const MAX_UNDO_STEPS = 100;

const settingsPatchSchema = workflowSettingsSchema.partial();

type Point = { x: number; y: number };
type FieldPath = readonly (string | number)[];

/** Where a new node is wired in: after a port, before a port, or into the middle of an edge. */
export type Attachment =
  | { kind: 'after'; nodeId: string; port: string }
  | { kind: 'before'; nodeId: string; port: string }
  | { kind: 'edge'; edgeId: string };

export type NewStep = { type: string; name: string; position: Point; attach?: Attachment };

/**
 * All edits a person makes to a draft. Each method is one undo step, except that strokes in the same
 * field within a short time join. Only this editor's own edits are undone, never those of others.
 */
export class DraftEditor {
  readonly doc: Y.Doc;
  private readonly origin = { source: 'builder' };
  private readonly history: Y.UndoManager;
  private burst: string | undefined;
  private readonly listeners = new Set<() => void>();

  constructor(doc: Y.Doc, { burstMs = BURST_MS }: { burstMs?: number } = {}) {
    this.doc = doc;
    this.history = new Y.UndoManager(draftScopes(doc), {
      trackedOrigins: new Set([this.origin]),
      captureTimeout: burstMs,
    });
    const changed = () => {
      while (this.history.undoStack.length > MAX_UNDO_STEPS) this.history.undoStack.shift();
      for (const listener of this.listeners) listener();
    };
    this.history.on('stack-item-added', changed);
    this.history.on('stack-item-popped', changed);
    this.history.on('stack-cleared', changed);
  }

  destroy(): void {
    this.listeners.clear();
    this.history.destroy();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  canUndo = (): boolean => this.history.undoStack.length > 0;
  canRedo = (): boolean => this.history.redoStack.length > 0;

  undo = (): void => {
    this.burst = undefined;
    this.history.undo();
  };
  redo = (): void => {
    this.burst = undefined;
    this.history.redo();
  };

  /** Adds a node, wired in when `attach` says where; returns its id. */
  addStep = ({ type, name, position, attach }: NewStep): string =>
    this.edit(() => {
      const id = addNode(this.doc, { type, name: this.freeName(name), position }, this.origin);
      if (attach) this.attach(id, type, attach);
      return id;
    });

  connect = (connection: Connection): string | undefined => this.edit(() => connect(this.doc, connection, this.origin));

  /** Moves one end of an edge; nothing changes when the new place is not allowed. */
  reconnect = (edgeId: string, connection: Connection): void =>
    this.edit(() => {
      const old = readEdges(this.doc).find((edge) => edge.id === edgeId);
      if (!old) return;
      removeEdges(this.doc, [edgeId], this.origin);
      if (connect(this.doc, connection, this.origin)) return;
      connect(
        this.doc,
        { source: old.source, sourcePort: old.sourcePort, target: old.target, targetPort: old.targetPort },
        this.origin,
      );
    });

  remove = (items: { nodeIds: readonly string[]; edgeIds: readonly string[] }): void =>
    this.edit(() => {
      removeEdges(this.doc, items.edgeIds, this.origin);
      removeNodes(this.doc, items.nodeIds, this.origin);
    });

  /** `burst` joins repeated small moves, such as arrow keys, into one step. */
  move = (moves: readonly { id: string; position: Point }[], burst?: string): void =>
    this.edit(() => moveNodes(this.doc, moves, this.origin), burst);

  update = (nodeId: string, patch: NodePatch): void =>
    this.edit(() => updateNode(this.doc, nodeId, patch, this.origin), `${nodeId}:${Object.keys(patch).join()}`);

  setDisabled = (nodeIds: readonly string[], disabled: boolean): void =>
    this.edit(() => {
      for (const id of nodeIds) updateNode(this.doc, id, { disabled: disabled || undefined }, this.origin);
    });

  setField = (nodeId: string, path: FieldPath, value: unknown): void =>
    this.edit(() => setField(this.doc, nodeId, path, value, this.origin), `${nodeId}:${path.join('.')}`);

  /** `undefined` takes a setting away. False, and no change, when a value is not one that a definition may have. */
  setSettings = (patch: Partial<WorkflowSettings>): boolean => {
    if (!settingsPatchSchema.safeParse(patch).success) return false;
    this.edit(() => setSettings(this.doc, patch, this.origin), `settings:${Object.keys(patch).join()}`);
    return true;
  };

  /** False, and no change, when the id is taken or not a valid name. */
  renameId = (from: string, to: string): boolean => this.edit(() => renameNodeId(this.doc, from, to, this.origin));

  copy = (nodeIds: readonly string[]): Fragment => copyFragment(this.doc, nodeIds);

  /** Returns the ids of the new nodes. */
  insert = (fragment: Fragment, offset: Point): string[] =>
    this.edit(() => {
      const hasInput = readNodes(this.doc).some((node) => node.type === 'input');
      // A workflow has one input node, so a copy of it would only be a problem to clear away.
      const nodes = hasInput ? fragment.nodes.filter((node) => node.type !== 'input') : fragment.nodes;
      return [...insertFragment(this.doc, { nodes, edges: fragment.edges }, offset, this.origin).values()];
    });

  private edit<Result>(change: () => Result, burst?: string): Result {
    if (burst === undefined || burst !== this.burst) this.history.stopCapturing();
    this.burst = burst;
    return this.doc.transact(change, this.origin);
  }

  private freeName(title: string): string {
    const names = new Set(readNodes(this.doc).map((node) => node.name));
    if (!names.has(title)) return title;
    for (let n = 2; ; n += 1) if (!names.has(`${title} ${n}`)) return `${title} ${n}`;
  }

  private attach(id: string, type: string, attach: Attachment): void {
    const input = getNodeDefinition(type)?.inputs[0]?.id;
    const output = outputPortsOf(type, readNode(this.doc, id)?.config)[0]?.id;
    const link = (connection: Connection) => connect(this.doc, connection, this.origin);
    if (attach.kind === 'after' && input) {
      link({ source: attach.nodeId, sourcePort: attach.port, target: id, targetPort: input });
    } else if (attach.kind === 'before' && output) {
      link({ source: id, sourcePort: output, target: attach.nodeId, targetPort: attach.port });
    } else if (attach.kind === 'edge' && input && output) {
      const edge = readEdges(this.doc).find((candidate) => candidate.id === attach.edgeId);
      if (!edge) return;
      removeEdges(this.doc, [edge.id], this.origin);
      link({ source: edge.source, sourcePort: edge.sourcePort, target: id, targetPort: input });
      link({ source: id, sourcePort: output, target: edge.target, targetPort: edge.targetPort });
    }
  }
}
