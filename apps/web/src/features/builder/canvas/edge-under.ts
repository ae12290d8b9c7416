import { getNodeDefinition } from '@agentweaver/core/nodes/definitions';
import { type BuilderState, linksOf } from '../state/builder-store.ts';
import { portsOfStep } from '../state/draft-edits.ts';

/** The edge of the draft that is drawn at a point of the screen, under whatever lies above it. */
export const edgeAt = (state: BuilderState, point: { x: number; y: number }): string | undefined => {
  const ids = new Set(linksOf(state).map((edge) => edge.id));
  for (const element of document.elementsFromPoint(point.x, point.y)) {
    const id = element.closest('.react-flow__edge')?.getAttribute('data-id');
    if (id && ids.has(id)) return id;
  }
  return undefined;
};

/** The edge that a loose step was let go on, and can be put into the middle of. */
export const edgeUnder = (state: BuilderState, nodeId: string): string | undefined => {
  const step = state.nodes.find((node) => node.id === nodeId)?.data.step;
  const isWired = linksOf(state).some((edge) => edge.source === nodeId || edge.target === nodeId);
  if (!step || isWired || !getNodeDefinition(step.type)?.inputs.length || portsOfStep(step).length === 0)
    return undefined;
  const box = document.querySelector(`.react-flow__node[data-id="${CSS.escape(nodeId)}"]`)?.getBoundingClientRect();
  return box && edgeAt(state, { x: box.left + box.width / 2, y: box.top + box.height / 2 });
};
