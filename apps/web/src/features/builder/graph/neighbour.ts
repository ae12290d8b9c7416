import type { Box } from './frames.ts';

export type Direction = 'left' | 'right' | 'up' | 'down';

type Placed = { id: string; box: Box };
type Link = { source: string; target: string };

const centre = ({ x, y, width, height }: Box) => ({ x: x + width / 2, y: y + height / 2 });

/** How far a box lies ahead and aside, seen in a direction. */
const seen = (from: Box, to: Box, direction: Direction): { ahead: number; aside: number } => {
  const [a, b] = [centre(from), centre(to)];
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  if (direction === 'left') return { ahead: -dx, aside: Math.abs(dy) };
  if (direction === 'right') return { ahead: dx, aside: Math.abs(dy) };
  return { ahead: direction === 'up' ? -dy : dy, aside: Math.abs(dx) };
};

/**
 * The node that an arrow key leads to: along an edge to the right and against one to the left, where there is one,
 * else the nearest that lies in that direction. What lies off to the side counts as further away.
 */
export const neighbourOf = (
  nodes: readonly Placed[],
  edges: readonly Link[],
  { from, direction }: { from: string; direction: Direction },
): string | undefined => {
  const own = nodes.find((node) => node.id === from);
  if (!own) return undefined;
  const linked = new Set(
    direction === 'right'
      ? edges.filter((edge) => edge.source === from).map((edge) => edge.target)
      : direction === 'left'
        ? edges.filter((edge) => edge.target === from).map((edge) => edge.source)
        : [],
  );
  const candidates = nodes
    .filter((node) => node.id !== from)
    .map((node) => ({ id: node.id, isLinked: linked.has(node.id), ...seen(own.box, node.box, direction) }))
    .filter((node) => node.isLinked || (node.ahead > 0 && node.aside <= node.ahead * 2));
  candidates.sort((a, b) => Number(b.isLinked) - Number(a.isLinked) || a.ahead + a.aside * 2 - (b.ahead + b.aside * 2));
  return candidates[0]?.id;
};
