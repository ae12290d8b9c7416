import type { Problem } from '@agentweaver/core/definition/problem';
import type { WorkflowEdge, WorkflowNode } from '@agentweaver/core/definition/workflow-definition';
import { applyEdgeChanges, applyNodeChanges, type EdgeChange, type NodeChange } from '@xyflow/react';
import { createStore } from 'zustand/vanilla';
import type { Attachment } from './draft-edits.ts';
import type { DraftView } from './draft-view.ts';
import { reconcileEdges, reconcileNodes, type StepFlowEdge, type StepFlowNode } from './flow-elements.ts';

/** The open node picker: where on the screen, where the node goes on the canvas, and how it is wired. */
export type PickerRequest = {
  screen: { x: number; y: number };
  position: { x: number; y: number };
  attach?: Attachment;
  /** The node that gets the chosen type instead of a new one being added. */
  replace?: string;
};

/** Nodes and edges by their ids. */
export type Items = { nodeIds: readonly string[]; edgeIds: readonly string[] };

export type PanelTab = 'settings' | 'run' | 'help';

export type OpenOptions = { tab?: PanelTab; field?: string; center?: boolean };

export type BuilderState = {
  /** The draft as it was last drawn: changes with the draft alone, not with a drag or the selection. */
  view: DraftView;
  nodes: StepFlowNode[];
  edges: StepFlowEdge[];
  /** The node whose panel is open. */
  openNodeId: string | null;
  /** The panel of the workflow's own settings; it and the node's panel take the same place. */
  settingsOpened: boolean;
  /** Changes whenever a node is asked to be shown; `center` also moves the canvas to it. */
  shown: { times: number; center: boolean };
  panelTab: PanelTab;
  /** The field to focus once its panel is there, as a path inside the config or, for settings, the definition. */
  focusField: string | null;
  problems: readonly Problem[];
  problemsByNode: Readonly<Record<string, readonly Problem[]>>;
  picker: PickerRequest | null;
  /** While an edge is being drawn: the nodes it may not end at. */
  forbiddenTargets: ReadonlySet<string> | null;
  /** While nodes are dragged: the frame that they would go into. */
  dropTarget: string | null;
  /** What is to be removed once somebody said what becomes of the steps inside. */
  removal: Items | null;
  /** The open context menu: of which node, and where on the screen. */
  menu: { nodeId: string; x: number; y: number } | null;
  showView: (view: DraftView) => void;
  changeNodes: (changes: NodeChange<StepFlowNode>[]) => void;
  changeEdges: (changes: EdgeChange<StepFlowEdge>[]) => void;
  setProblems: (problems: readonly Problem[]) => void;
  /** Selects exactly these nodes. */
  select: (nodeIds: readonly string[]) => void;
  /** Shows one node's panel, or with null none at all. */
  openNode: (nodeId: string | null, options?: OpenOptions) => void;
  openSettings: (field?: string) => void;
  setPanelTab: (tab: PanelTab) => void;
  openPicker: (picker: PickerRequest | null) => void;
  setForbiddenTargets: (nodeIds: ReadonlySet<string> | null) => void;
  /** Puts nodes back to where the draft has them. */
  resetPositions: (nodeIds: readonly string[]) => void;
  setDropTarget: (frameId: string | null) => void;
  askRemoval: (items: Items | null) => void;
  openMenu: (menu: BuilderState['menu']) => void;
};

const groupByNode = (problems: readonly Problem[]): Record<string, Problem[]> => {
  const byNode: Record<string, Problem[]> = {};
  for (const problem of problems) {
    if (problem.nodeId === undefined) continue;
    const known = byNode[problem.nodeId];
    if (known) known.push(problem);
    else byNode[problem.nodeId] = [problem];
  }
  return byNode;
};

/** The state of one open builder. The draft itself lives in its Yjs document; this is what is drawn. */
export const createBuilderStore = () =>
  createStore<BuilderState>((set) => ({
    view: { nodes: [], edges: [] },
    nodes: [],
    edges: [],
    openNodeId: null,
    settingsOpened: false,
    shown: { times: 0, center: false },
    panelTab: 'settings',
    focusField: null,
    problems: [],
    problemsByNode: {},
    picker: null,
    forbiddenTargets: null,
    dropTarget: null,
    removal: null,
    menu: null,
    showView: (view) =>
      set((state) => ({
        view,
        nodes: reconcileNodes(state.nodes, view),
        edges: reconcileEdges(state.edges, view),
        openNodeId: view.nodes.some((node) => node.id === state.openNodeId) ? state.openNodeId : null,
      })),
    changeNodes: (changes) => set((state) => ({ nodes: applyNodeChanges(changes, state.nodes) })),
    changeEdges: (changes) => set((state) => ({ edges: applyEdgeChanges(changes, state.edges) })),
    setProblems: (problems) => set({ problems, problemsByNode: groupByNode(problems) }),
    select: (nodeIds) =>
      set((state) => {
        const wanted = new Set(nodeIds);
        return {
          nodes: state.nodes.map((node) =>
            Boolean(node.selected) === wanted.has(node.id) ? node : { ...node, selected: wanted.has(node.id) },
          ),
          edges: state.edges.map((edge) => (edge.selected ? { ...edge, selected: false } : edge)),
        };
      }),
    openNode: (openNodeId, options) =>
      set((state) => ({
        openNodeId,
        settingsOpened: false,
        shown: { times: state.shown.times + 1, center: options?.center ?? false },
        panelTab: options?.tab ?? (options?.field ? 'settings' : state.panelTab),
        focusField: options?.field ?? null,
      })),
    openSettings: (field) => set({ openNodeId: null, settingsOpened: true, focusField: field ?? null }),
    setPanelTab: (panelTab) => set({ panelTab }),
    openPicker: (picker) => set({ picker }),
    setForbiddenTargets: (forbiddenTargets) => set({ forbiddenTargets }),
    resetPositions: (nodeIds) =>
      set((state) => ({
        nodes: state.nodes.map((node) =>
          nodeIds.includes(node.id) ? { ...node, position: node.data.step.position } : node,
        ),
      })),
    setDropTarget: (dropTarget) => set((state) => (state.dropTarget === dropTarget ? state : { dropTarget })),
    askRemoval: (removal) => set({ removal }),
    openMenu: (menu) => set({ menu }),
  }));

export type BuilderStore = ReturnType<typeof createBuilderStore>;

export const stepsOf = (state: BuilderState): readonly WorkflowNode[] => state.view.nodes;
export const selectedIds = (state: BuilderState): string[] =>
  state.nodes.filter((node) => node.selected).map((node) => node.id);
export const linksOf = (state: BuilderState): readonly WorkflowEdge[] => state.view.edges;
