import type { Box, Point } from './frames.ts';

const STEP = 32;
const CLOSE = 24;

/** The wanted place, or one a little further down and right when a node lies there already. */
export const freePosition = (wanted: Point, taken: readonly Point[]): Point => {
  const at = { x: Math.round(wanted.x), y: Math.round(wanted.y) };
  while (taken.some((other) => Math.abs(other.x - at.x) < CLOSE && Math.abs(other.y - at.y) < CLOSE)) {
    at.x += STEP;
    at.y += STEP;
  }
  return at;
};

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

/** The wanted place, or the next one below it where the box covers none of the others. */
export const clearPosition = (wanted: Box, taken: readonly Box[]): Point => {
  const at = { ...wanted };
  for (let hit = taken.find((box) => overlap(at, box)); hit; hit = taken.find((box) => overlap(at, box))) {
    at.y = hit.y + hit.height + STEP;
  }
  return { x: at.x, y: at.y };
};
