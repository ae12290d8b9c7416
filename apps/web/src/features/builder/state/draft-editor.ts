import { type WorkflowSettings, workflowSettingsSchema } from '@agentweaver/core/definition/workflow-definition';
import { draftScopes, readEdges, readNode, readNodes } from '@agentweaver/core/draft/draft-document';
import { type Connection, connect, removeEdges } from '@agentweaver/core/draft/edit-edges';
import {
  addNode,
  copyFragment,
  duplicateNodes,
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
import { placeNodes, releaseMembers, wrapNodes } from '@agentweaver/core/draft/edit-parents';
import { getNodeDefinition, outputPortsOf } from '@agentweaver/core/nodes/definitions';
import * as Y from 'yjs';
import { isFrame, type Point, type Size, withinFrame } from '../graph/frames.ts';
import {
  type Attachment,
  type Drop,
  type DropResult,
  dropNodes,
  parentFor,
  replaceType,
  setOnError,
} from './draft-edits.ts';

/** Key strokes closer together than this are one undo step, in ms. */
const BURST_MS = 600;
const MAX_UNDO_STEPS = 100;

const settingsPatchSchema = workflowSettingsSchema.partial();

type FieldPath = readonly (string | number)[];

export type NewStep = {
  type: string;
  name: string;
  /** On the canvas, whatever frame it goes into. */
  position: Point;
  /** The frame that it goes into; what it is attached to decides when it is. */
  parent?: string | undefined;
  attach?: Attachment | undefined;
};

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
  addStep = ({ type, name, position, parent, attach }: NewStep): string =>
    this.edit(() => {
      const id = addNode(this.doc, { type, name: this.freeName(name), position }, this.origin);
      const frame = attach ? parentFor(this.doc, attach) : parent;
      if (frame !== undefined) this.putInto(id, frame);
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

  /** Removes these nodes, but what is in the frames among them stays. */
  removeFrames = (items: { nodeIds: readonly string[]; edgeIds: readonly string[] }): void =>
    this.edit(() => {
      const frames = items.nodeIds.filter((id) => isFrame(readNode(this.doc, id)?.type ?? ''));
      const kept = new Set(frames);
      releaseMembers(this.doc, frames, this.origin);
      removeEdges(this.doc, items.edgeIds, this.origin);
      removeNodes(
        this.doc,
        items.nodeIds.filter((id) => !kept.has(id)),
        this.origin,
      );
    });

  /** Takes frames away from around what is in them. */
  release = (frameIds: readonly string[]): void => this.edit(() => releaseMembers(this.doc, frameIds, this.origin));

  /** Puts a frame around nodes of one scope; undefined when they cannot be in one. Returns its id. */
  wrap = (
    nodeIds: readonly string[],
    frame: { type: string; name: string; position: Point; size: Size },
  ): string | undefined =>
    this.edit(() => wrapNodes(this.doc, nodeIds, { ...frame, name: this.freeName(frame.name) }, this.origin));

  /** Nodes that were dragged are let go: in a frame, out of one, just elsewhere, or a single one in the middle of an edge. */
  drop = (drops: readonly Drop[], edgeId?: string): DropResult =>
    this.edit(() => {
      const result = dropNodes(this.doc, drops, this.origin);
      const [only] = drops;
      const type = only && readNode(this.doc, only.id)?.type;
      if (edgeId !== undefined && type && !result.refused) this.attach(only.id, type, { kind: 'edge', edgeId });
      return result;
    });

  resize = (nodeId: string, size: Size): void => this.edit(() => updateNode(this.doc, nodeId, { size }, this.origin));

  /** Places and sizes of many nodes at once. */
  layout = (positions: ReadonlyMap<string, Point>, sizes: ReadonlyMap<string, Size>): void =>
    this.edit(() => {
      moveNodes(
        this.doc,
        [...positions].map(([id, position]) => ({ id, position })),
        this.origin,
      );
      for (const [id, size] of sizes) updateNode(this.doc, id, { size }, this.origin);
    });

  /** Returns the ids of the copies, which lie beside their originals. */
  duplicate = (nodeIds: readonly string[], offset: Point): string[] =>
    this.edit(() => [...duplicateNodes(this.doc, nodeIds, offset, this.origin).values()]);

  replace = (nodeId: string, type: string): void =>
    this.edit(() => replaceType(this.doc, { nodeId, type, origin: this.origin }));

  setOnError = (nodeId: string, policy: 'fail' | 'continue' | 'branch'): void =>
    this.edit(() => setOnError(this.doc, { nodeId, policy, origin: this.origin }));

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
  insert = (fragment: Fragment, offset: Point, parent?: string): string[] =>
    this.edit(() => {
      const hasInput = readNodes(this.doc).some((node) => node.type === 'input');
      // A workflow has one input node, so a copy of it would only be a problem to clear away.
      const nodes = hasInput ? fragment.nodes.filter((node) => node.type !== 'input') : fragment.nodes;
      return [...insertFragment(this.doc, { nodes, edges: fragment.edges }, offset, this.origin, parent).values()];
    });

  private edit<Result>(change: () => Result, burst?: string): Result {
    if (burst === undefined || burst !== this.burst) this.history.stopCapturing();
    this.burst = burst;
    return this.doc.transact(change, this.origin);
  }

  private putInto(nodeId: string, frame: string): void {
    placeNodes(this.doc, new Map([[nodeId, frame]]), this.origin);
    const node = readNode(this.doc, nodeId);
    if (node?.parent !== undefined)
      moveNodes(this.doc, [{ id: nodeId, position: withinFrame(node.position) }], this.origin);
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
      const before = link({ source: edge.source, sourcePort: edge.sourcePort, target: id, targetPort: input });
      const after = link({ source: id, sourcePort: output, target: edge.target, targetPort: edge.targetPort });
      // A step that fits only at one end, or is in another scope, is no part of this edge.
      const made = [before, after].flatMap((made) => made ?? []);
      removeEdges(this.doc, made.length === 2 ? [edge.id] : made, this.origin);
    }
  }
}
