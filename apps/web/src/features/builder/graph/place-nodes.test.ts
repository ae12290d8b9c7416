import { workflowDefinitionSchema } from '@agentweaver/core/definition/workflow-definition';
import { expect, it } from 'vitest';
import { placeNodes } from './place-nodes.ts';

const definition = (positions: ({ x: number; y: number } | undefined)[]) =>
  workflowDefinitionSchema.parse({
    nodes: positions.map((position, index) => ({ id: `n${index}`, type: 'delay', name: `${index}`, position })),
    edges: positions.slice(1).map((_, index) => ({ id: `e${index}`, source: `n${index}`, target: `n${index + 1}` })),
  });

it('puts nodes without positions side by side, in the order of the flow', () => {
  const [a, b, c] = placeNodes(definition([undefined, undefined, undefined])).nodes.map(({ position }) => position.x);
  expect(a).toBe(0);
  expect(b).toBeGreaterThan(248);
  expect(c).toBeGreaterThan((b ?? 0) + 248);
});

it('leaves nodes where somebody put them', () => {
  const placed = definition([
    { x: 0, y: 0 },
    { x: 5, y: 0 },
  ]);
  expect(placeNodes(placed)).toBe(placed);
});
